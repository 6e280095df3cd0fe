"""The phases of one parent, in which the lifetimes of its buffers count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Loop = Sequence[Any] | Mapping[str, Any]
"""`[start, end]`, or an object with `span`, `at_least`, `breaks` and `endless`."""

Barriers = str | Sequence[Mapping[str, Any]]
"""`"every"`, or objects with `before` or `after` and a `scope`."""


@dataclass(frozen=True)
class Phases:
    """`names` in program order; `loops`, `branches` and `barriers` as in a manifest's timeline, `in_place` a list of
    `{phase, read, write}` with names of the parent's buffers: all read and checked when a layout is made."""

    names: Sequence[str] = ("all",)
    loops: Sequence[Loop] = ()
    in_place: Sequence[Mapping[str, Any]] = ()
    branches: Sequence[Mapping[str, Any]] = ()
    barriers: Barriers = ()

    def timeline(self, *, again: bool) -> dict[str, Any]:
        """As a manifest has it. `again`: the component runs again and again, and threads may be a call apart."""
        found: dict[str, Any] = {
            "phases": list(self.names),
            "loops": [dict(loop) if isinstance(loop, Mapping) else list(loop) for loop in self.loops],
        }
        if again:
            found["loops"].insert(0, [0, len(self.names)])
        if self.branches:
            found["branches"] = [dict(branch) for branch in self.branches]
        if self.barriers:
            found["barriers"] = (
                self.barriers if isinstance(self.barriers, str) else [dict(one) for one in self.barriers]
            )
        return found

    @property
    def every(self) -> list[list[int]]:
        """The lifetime of what is live in all of them."""
        return [[0, len(self.names)]]

    def calls(self, called_in: Iterable[str | int]) -> list[list[Any]]:
        """The lifetime of a child's window: each phase in which the child runs is an interval of its own."""
        return [[phase, phase + 1] if isinstance(phase, int) else [phase, phase] for phase in called_in]
