"""What is the same on every way through the program: where steps begin, and where barriers stand."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from warpack.gpu_runtime.probe.ways.thread_teams import EVERYBODY
from warpack.solver.verifier import tree
from warpack.solver.verifier.program import Fence
from warpack.solver.wire.manifest import BarrierScope
from warpack.solver.wire.units import Phase

MOST_STEPS = 200_000
"""A probe with more steps would take too long: `ProbeTooLargeError`."""

MOST_NESTED = 200


class ProbeTooLargeError(ValueError):
    """The manifest has more to probe than a probe can hold; the message says what and how much."""


class Front(NamedTuple):
    """The threads of a team reach a phase."""

    phase: Phase
    team: int = EVERYBODY


class Wait(NamedTuple):
    """A barrier that the threads of a team pass. `fenced`: each ran a proxy fence before."""

    scope: BarrierScope
    team: int = EVERYBODY
    fenced: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`waits`: the barriers passed since the previous step. `standing`: where the threads of other lanes are
    meanwhile."""

    fronts: tuple[Front, ...]
    waits: tuple[Wait, ...] = ()
    standing: tuple[Phase, ...] = ()

    @property
    def phase(self) -> Phase:
        return self.fronts[0].phase


@dataclass(frozen=True, slots=True)
class Outline:
    """What is the same on every way. `marks`: the phases at which steps begin, sorted."""

    body: tree.Sequence
    marks: tuple[Phase, ...]
    before: dict[Phase, tuple[Fence, ...]]
    after: dict[Phase, tuple[Fence, ...]]

    @classmethod
    def of(cls, body: tree.Sequence, fences: Iterable[Fence], marks: Iterable[Phase]) -> Outline:
        """`marks`: the phases in which something happens, beside structures and barriers."""
        found = {0, *marks}
        sides: tuple[dict[Phase, list[Fence]], ...] = (defaultdict(list), defaultdict(list))
        for fence in fences:
            sides[fence.after][fence.phase].append(fence)
            found |= {fence.phase, fence.phase + fence.after}
        waiting = [(item, 0) for item in body]
        while waiting:
            item, depth = waiting.pop()
            if depth > MOST_NESTED:
                raise ProbeTooLargeError(f"more than {MOST_NESTED} loops, branches and calls lie in one another")
            if isinstance(item, tree.Loop):
                found |= {item.start, *item.breaks, *(phase + 1 for phase in item.breaks)}
            elif isinstance(item, tree.Branch):
                found.update(start for start, _ in item.arm_spans)
            elif isinstance(item, tree.Tracks):
                found.update(start for start, _ in item.track_spans)
            waiting += [(one, depth + 1) for sequence in tree.children(item) for one in sequence]
        before, after = ({phase: tuple(fences) for phase, fences in side.items()} for side in sides)
        return cls(body, tuple(sorted(found)), before, after)

    def cuts(self, start: Phase, end: Phase) -> tuple[Phase, ...]:
        return self.marks[bisect_left(self.marks, start) : bisect_left(self.marks, end)]
