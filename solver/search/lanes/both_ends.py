"""Closing the interval of a puzzle with rigid rows from both ends at once: one lane finds, one proves.

Each round both lanes start from the best that is known and spend the same deterministic effort, each by itself; then what they
found is put together. So the result depends on the machine's speed only where the search is stopped.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import ClassVar

from warpack.solver.search.bounds.destructive import DestructiveBounds
from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Puzzle, solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.finder import Finder
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.preprocess.reduction import Reductions
from warpack.solver.search.strategy import BaseStrategy, Better, Exhausted, Interval

_FIRST_EFFORT, _GROWTH = 0.02, 1.5
"""Deterministic seconds of a lane's first round (about half a second of one core), and how they grow."""

_WORTH = 25.0
"""What a deterministic second of a lane counts towards the effort."""

_ASK_EVERY_S = 0.05

FINDER, PROVER = "finder", "destructive bounds"


@dataclass(frozen=True)
class Closed:
    """How far a lane has come: a packing within `top` where it found one, and no packing below `bound`."""

    top: int
    offsets: tuple[int, ...] | None
    bound: int
    proof: Attempt | None
    by: str = ""
    """Which lane `offsets` are of."""


class Bracket:
    """Works on one puzzle whose strips are known, and of which no packing below `bound` is possible."""

    def __init__(self, puzzle: Puzzle, bound: int, seed: int, without: frozenset[str] = frozenset()) -> None:
        self._puzzle, self._halted, self._without = puzzle, False, without
        reductions = Reductions.of(puzzle, bound)
        self._finder = Finder(reductions, seed)
        self._prover = DestructiveBounds(reductions, seed, lambda: self._halted)
        self.effort = _FIRST_EFFORT
        """Deterministic seconds of each lane in the next round."""

    def round(self, bound: int, top: int, stop: Stop) -> Closed:
        """One round on the capacities from `bound` to below `top`; where `stop` ends it, what it came to. May raise Stopped
        before it begins."""
        stop.check()
        effort, self.effort = self.effort, self.effort * _GROWTH
        with ThreadPoolExecutor(2) as pool:
            finding = pool.submit(self._find, bound, top, effort, stop)
            proving = pool.submit(self._prove, bound, top, effort, stop)
            try:
                while not _settled(finding, proving, top) and not stop.now():
                    wait_for((finding, proving), timeout=_ASK_EVERY_S, return_when=FIRST_COMPLETED)
            finally:
                self._halt((finding, proving))
        return _joined(finding.result(), proving.result(), top)

    def _halt(self, lanes: tuple[Future[Closed], ...]) -> None:
        while not all(lane.done() for lane in lanes):
            self._halted = True
            self._finder.halt()
            self._prover.halt()
            wait_for(lanes, timeout=_ASK_EVERY_S)

    def _find(self, bound: int, top: int, effort: float, stop: Stop) -> Closed:
        if FINDER in self._without:
            return Closed(top, None, bound, None)
        found, offsets = self._finder.find(bound, top, effort, stop)
        return Closed(found, offsets, bound, None, FINDER)

    def _prove(self, bound: int, top: int, effort: float, stop: Stop) -> Closed:
        if PROVER in self._without:
            return Closed(top, None, bound, None)
        narrowed = self._prover.narrow(bound, top, effort, stop)
        if narrowed.offsets is not None and self._puzzle.top(narrowed.offsets) < top:
            return Closed(self._puzzle.top(narrowed.offsets), narrowed.offsets, narrowed.bound, narrowed.proof, PROVER)
        return Closed(top, None, narrowed.bound, narrowed.proof)


def _settled(finding: Future[Closed], proving: Future[Closed], top: int) -> bool:
    """Whether the lanes have ended, or what one of them came to leaves nothing for the other to find."""
    if finding.done() and (proving.done() or _packed_best(finding.result())):
        return True
    return proving.done() and (proving.result().bound >= top or _packed_best(proving.result()))


def _packed_best(found: Closed) -> bool:
    return found.offsets is not None and found.top <= found.bound


def _joined(found: Closed, proven: Closed, top: int) -> Closed:
    if proven.bound >= top:
        return proven
    if _packed_best(found):
        return found
    packed = found if found.offsets is not None and (proven.offsets is None or found.top <= proven.top) else proven
    return Closed(packed.top, packed.offsets, proven.bound, proven.proof, packed.by)


class BothEnds(BaseStrategy):
    """Rounds of a bracket, longer from one to the next, whatever capacity and effort a step is asked for."""

    name = "both ends"
    parts: ClassVar[tuple[str, ...]] = (FINDER, PROVER)

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._bracket: Bracket | None = None

    def applies(self, interval: Interval, capacity: int) -> bool:
        case = self.case
        return bool(case.puzzle.strips) and not case.hulls and not case.without.issuperset(self.parts)

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        case = self.case
        if self._bracket is None:  # takes a tenth of a second
            self._bracket = Bracket(case.puzzle, case.least, case.seed, case.without)
        self.spent += _WORTH * self._bracket.effort
        closed = self._bracket.round(interval.bound, interval.best.top, stop)
        if closed.offsets is not None:
            interval = interval.packed(solution(case.puzzle, closed.offsets), closed.by)
        if closed.proof is None:
            return interval
        proof = Exhausted(
            closed.bound - 1, closed.proof.method, closed.proof.nodes, case.reduced.kept, case.reduced.taken
        )
        return interval.raised(closed.bound, proof, PROVER)
