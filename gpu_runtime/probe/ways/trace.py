"""The steps of one way through the program, for its choices.

A step begins at every phase in which something begins or is accessed anew, a barrier stands, an in-place pair is
listed, or a structure begins; the phases up to the next such phase belong to it, for nothing happens in them. Lanes
that run at once (tracks, components called in one phase, arms that threads choose for themselves) have a front each.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from warpack.gpu_runtime.probe.ways.choices import APART, SKIPPED, Arrangement, Choices
from warpack.gpu_runtime.probe.ways.program_outline import MOST_STEPS, Front, Outline, ProbeTooLargeError, Step, Wait
from warpack.gpu_runtime.probe.ways.thread_teams import EVERYBODY, Teams
from warpack.solver.verifier import tree
from warpack.solver.verifier.program import Fence
from warpack.solver.wire.units import Phase


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
    """Every phase once, in program order: not a way, but every phase there is."""
    return tuple(Step((Front(phase),)) for phase in outline.cuts(0, length))


@dataclass(slots=True)
class _Lane:
    """A team on its way: its position, the barriers passed since its last step, and the breaks by which it will leave
    loops."""

    team: int
    at: tuple[Phase, ...] = ()
    passed: list[Wait] = field(default_factory=list)
    leaving: list[tuple[Phase, tree.Loop]] = field(default_factory=list)

    def pass_by(self, fences: Iterable[Fence]) -> None:
        self.passed += [Wait(fence.scope, self.team, fence.proxy_fence) for fence in fences]

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
            lane.pass_by(self.outline.before.get(phase, ()))
            lane.at = (phase,)
            yield Step((Front(phase, lane.team),), lane.take())
            for wanted, loop in reversed(lane.leaving):
                if wanted == last:
                    return loop
            lane.pass_by(self.outline.after.get(last, ()))
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
        """Runs all lanes to their ends; they have passed whatever the lane around them has."""
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
    """A step of each lane in turn."""
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
