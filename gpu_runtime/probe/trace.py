"""The steps of one way through the program, as its choices have it.

A step begins at every phase in which something begins or is accessed anew, a barrier stands, an in-place pair is listed, or a
structure begins; the phases up to the next such phase belong to it, for nothing happens in them. Lanes that run at once (tracks,
components called in one phase, arms that threads choose for themselves) have a front each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from gpu_runtime.probe.choices import APART, SKIPPED, Arrangement, Choices
from gpu_runtime.probe.teams import EVERYBODY, Teams
from solver.verifier import tree
from solver.verifier.program import Fence
from solver.wire.manifest import BarrierScope
from solver.wire.units import Phase

MOST_STEPS = 200_000
"""More steps than this are no probe but a soak: `ProbeTooLargeError`."""

MOST_NESTED = 200


class ProbeTooLargeError(ValueError):
    """The manifest has more to probe than a probe can hold; the message says what and how much."""


class Front(NamedTuple):
    """The threads of a team come to a phase."""

    phase: Phase
    team: int = EVERYBODY


class Wait(NamedTuple):
    """A barrier that the threads of a team pass."""

    scope: BarrierScope
    team: int = EVERYBODY


@dataclass(frozen=True, slots=True)
class Step:
    """`waits`: the barriers passed since the step before. `standing`: where the threads of other lanes are meanwhile."""

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
    before: dict[Phase, tuple[BarrierScope, ...]]
    after: dict[Phase, tuple[BarrierScope, ...]]

    @classmethod
    def of(cls, body: tree.Sequence, fences: Iterable[Fence], marks: Iterable[Phase]) -> Outline:
        """`marks`: the phases in which something happens, beside structures and barriers."""
        found = {0, *marks}
        sides: tuple[dict[Phase, list[BarrierScope]], ...] = (defaultdict(list), defaultdict(list))
        for fence in fences:
            sides[fence.after][fence.phase].append(fence.scope)
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
        before, after = ({phase: tuple(scopes) for phase, scopes in side.items()} for side in sides)
        return cls(body, tuple(sorted(found)), before, after)

    def cuts(self, start: Phase, end: Phase) -> tuple[Phase, ...]:
        return self.marks[bisect_left(self.marks, start) : bisect_left(self.marks, end)]


def trace(outline: Outline, choices: Choices, teams: Teams) -> tuple[Step, ...]:
    """The steps in the order in which they run. Raises ProbeTooLargeError where there are too many."""
    steps: list[Step] = []
    for step in _Walk(outline, choices, teams).sequence(outline.body, _Lane(EVERYBODY)):
        steps.append(step)
        if len(steps) > MOST_STEPS:
            raise ProbeTooLargeError(
                f"two trips round each loop make more than {MOST_STEPS} steps: fewer nested loops or calls can be probed"
            )
    return tuple(steps)


def straight(outline: Outline, length: Phase) -> tuple[Step, ...]:
    """Every phase once, in program order: no way, but all of what there is."""
    return tuple(Step((Front(phase),)) for phase in outline.cuts(0, length))


@dataclass(slots=True)
class _Lane:
    """A team on its way: where it is, the barriers passed since its last step, and the breaks by which it is to leave loops."""

    team: int
    at: tuple[Phase, ...] = ()
    passed: list[Wait] = field(default_factory=list)
    leaving: list[tuple[Phase, tree.Loop]] = field(default_factory=list)

    def take(self) -> tuple[Wait, ...]:
        passed = tuple(self.passed)
        self.passed.clear()
        return passed


_Steps: TypeAlias = Generator[Step, None, tree.Loop | None]
"""Returns the loop that is being left by a break."""


@dataclass(frozen=True, slots=True)
class _Walk:
    outline: Outline
    choices: Choices
    teams: Teams

    def sequence(self, items: tree.Sequence, lane: _Lane) -> _Steps:
        for item in items:
            left = yield from self._item(item, lane)
            if left is not None:
                return left
        return None

    def _item(self, item: tree.Item, lane: _Lane) -> _Steps:
        if isinstance(item, tree.Phases):
            return (yield from self._phases(item.start, item.end, lane))
        if isinstance(item, tree.Loop):
            return (yield from self._loop(item, lane))
        if isinstance(item, tree.Branch):
            return (yield from self._branch(item, lane))
        if isinstance(item, tree.Tracks):
            lanes = zip(item.tracks, self.teams.shares(lane.team, item.threads), strict=True)
            yield from self._lanes(list(lanes), lane, self.choices.arrangement(item))
            return None
        yield from self._phases(item.start, item.start + 1, lane)
        every = [(component, lane.team) for component in item.components]
        yield from self._lanes(every, lane, self.choices.arrangement(item))
        return (yield from self._phases(item.end - 1, item.end, lane))

    def _phases(self, start: Phase, end: Phase, lane: _Lane) -> _Steps:
        cuts = self.outline.cuts(start, end)
        for number, phase in enumerate(cuts):
            last = (cuts[number + 1] if number + 1 < len(cuts) else end) - 1
            lane.passed += [Wait(scope, lane.team) for scope in self.outline.before.get(phase, ())]
            lane.at = (phase,)
            yield Step((Front(phase, lane.team),), lane.take())
            for wanted, loop in reversed(lane.leaving):
                if wanted == last:
                    return loop
            lane.passed += [Wait(scope, lane.team) for scope in self.outline.after.get(last, ())]
        return None

    def _loop(self, loop: tree.Loop, lane: _Lane) -> _Steps:
        trips = self.choices.trips(loop, [phase for phase, _ in lane.leaving])
        for trip in range(trips.rounds):
            depth = len(lane.leaving)
            if trips.leaving is not None and trip == trips.rounds - 1:
                lane.leaving.append((trips.leaving, loop))
            left = yield from self.sequence(loop.body, lane)
            del lane.leaving[depth:]
            if left is not None:
                return None if left is loop else left
        return None

    def _branch(self, branch: tree.Branch, lane: _Lane) -> _Steps:
        number = self.choices.arm(branch, [phase for phase, _ in lane.leaving])
        if number == APART:
            by_run = branch.uniform == "run"
            teams = self.teams.alternating(lane.team, len(branch.arms), by_run=by_run)
            yield from self._lanes(list(zip(branch.arms, teams, strict=True)), lane, "beside")
            return None
        return None if number == SKIPPED else (yield from self.sequence(branch.arms[number], lane))

    def _lanes(
        self, every: Sequence[tuple[tree.Sequence, int]], around: _Lane, arrangement: Arrangement
    ) -> Generator[Step, None, None]:
        """All lanes to their ends; what the lane around has passed, they have."""
        lanes = [_Lane(team, around.at) for _, team in every]
        running = [
            (lane, self.sequence(items, lane))
            for (items, team), lane in zip(every, lanes, strict=True)
            if self.teams.members(team)
        ]
        if arrangement == "beside":
            yield from _side_by_side(running, around)
        else:
            for lane, steps in running if arrangement == "forward" else running[::-1]:
                others = [other for other in lanes if other is not lane]
                for step in steps:
                    standing = tuple(phase for other in others for phase in other.at)
                    yield replace(step, waits=around.take() + step.waits, standing=step.standing + standing)
        around.passed += [wait for lane in lanes for wait in lane.take()]
        around.at = tuple(dict.fromkeys(phase for lane in lanes for phase in lane.at))


def _side_by_side(running: Sequence[tuple[_Lane, _Steps]], around: _Lane) -> Generator[Step, None, None]:
    """A step of each at a time."""
    ended: tuple[Phase, ...] = ()
    while running:
        came = [(lane, steps, next(steps, None)) for lane, steps in running]
        moved = [step for *_, step in came if step is not None]
        ended += tuple(phase for lane, _, step in came if step is None for phase in lane.at)
        if moved:
            yield Step(
                tuple(front for step in moved for front in step.fronts),
                around.take() + tuple(wait for step in moved for wait in step.waits),
                tuple(phase for step in moved for phase in step.standing) + ended,
            )
        running = [(lane, steps) for lane, steps, step in came if step is not None]
