"""Handles of phases, and `with` blocks in which buffers get their lifetimes."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

if TYPE_CHECKING:
    from warpack.solver.builder.clock import Clock


class Block:
    """A `with` block over phases. Buffers and parts that are declared in it, and say nothing else, live from its first
    phase to its last: to the last one that was added before it ended, where it has no `end` of its own."""

    def __init__(self, clock: Clock, start: Phase, end: Phase | None = None) -> None:
        self.clock, self.start, self.end = clock, start, end

    @property
    def last(self) -> Phase:
        """The last phase that belongs to it now."""
        return self.end or self.clock.phases[-1]

    def __enter__(self) -> object:
        self.clock.blocks.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clock.blocks.remove(self)
        self.end = self.last

    @property
    def only(self) -> Phase | None:
        """Its phase, if it has one alone."""
        return self.start if self.start is self.last else None


class Phase:
    """A step of a timeline. As a `with` block: buffers that are declared in it live in it, and `buffer.read()` and the
    like mean this phase."""

    def __init__(self, clock: Clock, index: int, name: str | None) -> None:
        self.clock, self.index, self.name = clock, index, name
        self._entered: list[Block] = []

    def __enter__(self) -> Phase:
        block = Block(self.clock, self)
        block.__enter__()
        self._entered.append(block)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop().__exit__(kind, error, trace)

    def __repr__(self) -> str:
        named = "" if self.name is None else f" {self.name!r}"
        return f"<Phase{named}, number {self.index}{self.clock.of_whom}>"

    @property
    def spelled(self) -> str | int:
        """As the document has it: the name, or the index of one without."""
        return self.index if self.name is None else self.name


class Phases(Sequence[Phase]):
    """Phases that were added together. As a `with` block: buffers that are declared in it live from the first of them
    to the last, and through what is added in the block. It gives its phases: `with kernel.phases("a", "b") as (a, b)`.
    """

    def __init__(self, clock: Clock, members: tuple[Phase, ...]) -> None:
        self._clock, self._members = clock, members
        self._entered: list[Block] = []

    @overload
    def __getitem__(self, index: int) -> Phase: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Phase, ...]: ...

    def __getitem__(self, index: int | slice) -> Phase | tuple[Phase, ...]:
        return self._members[index]

    def __len__(self) -> int:
        return len(self._members)

    def __enter__(self) -> Phases:
        block = Block(self._clock, self._members[0])
        block.__enter__()
        self._entered.append(block)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop().__exit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"<Phases {', '.join(str(one.spelled) for one in self._members)}{self._clock.of_whom}>"


PhaseLike = Phase | str | int
"""A handle, a name or an index."""


def spelled_phase(clock: Clock, phase: PhaseLike) -> str | int:
    """Raises ValueError for a handle of another timeline."""
    if not isinstance(phase, Phase):
        return operator.index(phase) if isinstance(phase, SupportsIndex) else phase
    if phase.clock is not clock:
        raise ValueError(f"{phase!r} is no phase of {clock.whose}: lifetimes count in the timeline of their component")
    return phase.spelled


def spelled_phases(clock: Clock, phases: Iterable[PhaseLike]) -> list[str | int]:
    return [spelled_phase(clock, phase) for phase in phases]


def span_of(first: str | int, last: str | int) -> list[Any]:
    """From the first to the last phase, both included."""
    return [first, last + 1] if isinstance(last, int) else [first, last]
