"""Closes the interval of a puzzle with rigid rows from both ends: one lane finds packings, the other raises the bound.

In each round both lanes start from the best that is known. Each spends the same deterministic effort by itself, and
then their results are joined. So the result depends on the machine's speed only if the search is stopped.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import ClassVar

from warpack.solver.search.bounds.destructive import DestructiveBounds
from warpack.solver.search.core.puzzle import solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.finder import Finder
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.preprocess.reduction import Reductions
from warpack.solver.search.strategy import BaseStrategy, Better, Exhausted, Interval

_FIRST_EFFORT, _GROWTH = 0.02, 1.5
"""Deterministic seconds of a lane's first round (about half a second of one core), and the factor by which they
grow."""

_WORTH = 25.0
"""The effort that a deterministic second of a lane counts."""

_ASK_EVERY_S = 0.05

FINDER, PROVER = "finder", "destructive bounds"


class BothEnds(BaseStrategy):
    """A step is one round, and each round is longer than the one before. The capacity and effort asked for are
    ignored."""

    name = "both ends"
    parts: ClassVar[tuple[str, ...]] = (FINDER, PROVER)

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._lanes: _Lanes | None = None
        self._effort = _FIRST_EFFORT

    def applies(self, interval: Interval, capacity: int) -> bool:
        case = self.case
        return bool(case.puzzle.strips) and not case.hulls and not case.without.issuperset(self.parts)

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        stop.check()
        if self._lanes is None:  # takes a tenth of a second
            self._lanes = _Lanes(self.case)
        effort, self._effort = self._effort, self._effort * _GROWTH
        self.spent += _WORTH * effort
        return self._lanes.round(interval, effort, stop)


class _Lanes:
    def __init__(self, case: Case) -> None:
        self._case, self._halted = case, False
        reductions = Reductions.of(case.puzzle, case.least)
        self._finder = Finder(reductions, case.seed)
        self._prover = DestructiveBounds(reductions, case.seed, lambda: self._halted)

    def round(self, interval: Interval, effort: float, stop: Stop) -> Interval:
        """The joined result of both lanes, each with `effort` deterministic seconds, or less if `stop` comes first."""
        with ThreadPoolExecutor(2) as pool:
            lanes = pool.submit(self._find, interval, effort, stop), pool.submit(self._prove, interval, effort, stop)
            try:
                while not _settled(lanes) and not stop.now():
                    wait_for(lanes, timeout=_ASK_EVERY_S, return_when=FIRST_COMPLETED)
            finally:
                self._halt(lanes)
        found, proven = (lane.result() for lane in lanes)
        if proven.bound >= interval.best.top:
            return proven
        closed = next((one for one in (found, proven) if one.closed), None)  # the other lane was halted on its way
        return closed or found.joined(proven)

    def _halt(self, lanes: tuple[Future[Interval], ...]) -> None:
        while not all(lane.done() for lane in lanes):
            self._halted = True
            self._finder.halt()
            self._prover.halt()
            wait_for(lanes, timeout=_ASK_EVERY_S)

    def _find(self, interval: Interval, effort: float, stop: Stop) -> Interval:
        if FINDER in self._case.without:
            return interval
        _, offsets = self._finder.find(interval.bound, interval.best.top, effort, stop)
        return interval if offsets is None else interval.packed(solution(self._case.puzzle, offsets), FINDER)

    def _prove(self, interval: Interval, effort: float, stop: Stop) -> Interval:
        case = self._case
        if PROVER in case.without:
            return interval
        narrowed = self._prover.narrow(interval.bound, interval.best.top, effort, stop)
        if narrowed.offsets is not None:
            interval = interval.packed(solution(case.puzzle, narrowed.offsets), PROVER)
        if narrowed.proof is None:
            return interval
        method, nodes = narrowed.proof.method, narrowed.proof.nodes
        proof = Exhausted(narrowed.bound - 1, method, nodes, case.reduced.kept, case.reduced.taken)
        return interval.raised(narrowed.bound, proof, PROVER)


def _settled(lanes: tuple[Future[Interval], ...]) -> bool:
    """Whether both lanes have ended, or one of them has closed the interval."""
    return all(lane.done() for lane in lanes) or any(lane.done() and lane.result().closed for lane in lanes)
