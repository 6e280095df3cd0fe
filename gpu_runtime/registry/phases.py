"""The phases of one parent, in which the lifetimes of its buffers count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Phases:
    """`names` in program order, `loops` half-open `[start, end)`, `in_place` a list of `{phase, read, write}` with names
    of the parent's buffers: the words of a manifest, read and checked when a layout is made."""

    names: Sequence[str] = ("all",)
    loops: Sequence[Sequence[int]] = ()
    in_place: Sequence[Mapping[str, Any]] = ()

    @property
    def every(self) -> list[list[int]]:
        """The lifetime of what is live in all of them."""
        return [[0, len(self.names)]]

    def calls(self, called_in: Iterable[str | int]) -> list[list[Any]]:
        """The lifetime of a child's window: each phase in which the child runs is an interval of its own."""
        return [[phase, phase + 1] if isinstance(phase, int) else [phase, phase] for phase in called_in]
