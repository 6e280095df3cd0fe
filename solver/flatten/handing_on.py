"""Whether an in-place pair keeps what its buffers hold: after a step, the bytes hold the written one's contents alone.

Within the listed phases the two lie in the same bytes by the user's word. On the way into them only what the read holds may
still count, on the way out only what the write holds: a read that is needed again after the write has died, or a
write that brings in contents of its own, would be destroyed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solver.flatten.loops import Loops
from solver.flatten.problem import Phases
from solver.flatten.spans import holds, intersection
from solver.wire.units import Phase


@dataclass(frozen=True, eq=False)
class Contents:
    """The phases in which a piece is live, and those at whose start its contents are new whichever way control came."""

    live: Phases
    written: frozenset[Phase]

    def lasts(self, before: Phase, phase: Phase) -> bool:
        """Whether what it holds in `before` still counts in `phase`, the phase that runs next."""
        return phase not in self.written and holds(self.live.spans, before) and holds(self.live.spans, phase)


@dataclass(frozen=True)
class Steps:
    """A pair of pieces, and the listed phases in which the second is written from the first, or the first from the second.
    Every phase in which both are live is one of them."""

    loops: Loops
    length: int
    first: Contents
    second: Contents
    onto_second: Phases
    onto_first: Phases

    def destroyed_in(self) -> Phase | None:
        """The first listed phase in which contents that still count are written over; None where the pair is safe."""
        shared = intersection(self.first.live, self.second.live).spans
        for start, end in shared:
            for phase in range(start, end):
                inward = ((before, phase) for before in self._before(phase) if not holds(shared, before))
                outward = ((phase, after) for after in self._after(phase) if not holds(shared, after))
                if any(self._lost(way, self._reads(phase)) for way in inward):
                    return phase
                if any(self._lost(way, self._written(phase)) for way in outward):
                    return phase
        return None

    def _lost(self, way: tuple[Phase, Phase], kept: list[Contents]) -> bool:
        return any(one.lasts(*way) for one in (self.first, self.second) if one not in kept)

    def _reads(self, phase: Phase) -> list[Contents]:
        listed = ((self.onto_second, self.first), (self.onto_first, self.second))
        return [one for phases, one in listed if holds(phases.spans, phase)]

    def _written(self, phase: Phase) -> list[Contents]:
        listed = ((self.onto_second, self.second), (self.onto_first, self.first))
        return [one for phases, one in listed if holds(phases.spans, phase)]

    def _after(self, phase: Phase) -> Iterator[Phase]:
        if phase + 1 < self.length:
            yield phase + 1
        yield from (head for head, end in self.loops.holding(phase) if end == phase + 1)

    def _before(self, phase: Phase) -> Iterator[Phase]:
        if phase:
            yield phase - 1
        yield from (end - 1 for head, end in self.loops.holding(phase) if head == phase)
