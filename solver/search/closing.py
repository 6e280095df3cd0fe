"""Closing the interval of a puzzle with rigid rows from both ends at once: one lane finds, one proves.

Each round both lanes start from the best that is known and spend the same deterministic effort, each by itself; then what they
found is put together. So the result depends on the machine's speed only where the search is stopped.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass

from solver.search.bitsearch import Attempt
from solver.search.cliques import cover
from solver.search.ejection import ejectable
from solver.search.fitting import Fitter
from solver.search.puzzle import Puzzle
from solver.search.restarts import Restarts
from solver.search.squeezing import Squeezer
from solver.search.stacking import turns
from solver.search.stop import Stop, Stopped
from solver.search.strips import stacks_of

_FIRST_EFFORT, _GROWTH = 0.02, 1.5
"""Deterministic seconds of a lane's first round (about half a second of one core), and how they grow."""

_QUESTION_SHARE = 0.2
"""Of a round's effort, the most for one question."""

_LEAST_EFFORT = 1e-4

_RESTARTS, _RESTART_EFFORT, _RESTART_UNITS = 4, 0.0008, 1 << 15
"""Searches with restarts before each question to CP-SAT, what one of them counts in deterministic seconds, and the
capacity up to which they are tried."""

_SQUEEZING_SHARE, _LOOKS, _PATIENCE = 0.5, 1_000_000, 4000
"""Of the finder's effort, what it first spends on squeezing; looks for each deterministic second (about 20 µs each); and the
looks before squeezing first gives a capacity up."""

_ASK_EVERY_S = 0.05


@dataclass(frozen=True)
class Closed:
    """How far a lane has come: a packing within `top` where it found one, and no packing below `bound`."""

    top: int
    offsets: tuple[int, ...] | None
    bound: int
    proof: Attempt | None


class Closer:
    """Works on one puzzle whose strips are known."""

    def __init__(self, puzzle: Puzzle, seed: int) -> None:
        self._puzzle, self._seed = puzzle, seed
        stacks = stacks_of(puzzle)
        self._finder, self._prover = Fitter(puzzle, stacks), Fitter(puzzle, stacks)
        self._restarts = Restarts(puzzle, seed, lambda: self._finder.halted)
        self._squeezer = Squeezer(puzzle, seed, patience=_PATIENCE)
        self._turns = turns(puzzle, cover(puzzle), seed)
        self._effort = _FIRST_EFFORT

    def round(self, bound: int, top: int, stop: Stop) -> Closed:
        """One round on the capacities from `bound` to below `top`; where `stop` ends it, what it came to. May raise Stopped
        before it begins."""
        stop.check()
        effort, self._effort = self._effort, self._effort * _GROWTH
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
            self._finder.halt()
            self._prover.halt()
            wait_for(lanes, timeout=_ASK_EVERY_S)

    def _find(self, bound: int, top: int, effort: float, stop: Stop) -> Closed:
        """Squeezes, then halves the interval downwards; what is not found in a question's effort is tried again with another
        order."""
        end = self._finder.spent + effort
        offsets = self._squeeze(bound, top, _SQUEEZING_SHARE * effort, stop)
        top = top if offsets is None else self._puzzle.top(offsets)
        proof: Attempt | None = None
        missed = bound - 1
        order, pool = next(self._turns)
        while bound < top and self._finder.spent < end and not self._finder.halted:
            capacity = (missed + top) // 2
            attempt = self._restart(capacity)
            if attempt.verdict == "unknown":
                share = max(_LEAST_EFFORT, min(_QUESTION_SHARE * effort, end - self._finder.spent))
                attempt = self._finder.find(capacity, order, pool, effort=share, seed=self._seed, stop=stop)
            if attempt.verdict == "packed":
                offsets, top = attempt.offsets, self._puzzle.top(attempt.offsets)
            elif attempt.verdict == "impossible":
                bound, proof = capacity + 1, attempt
                missed = max(missed, capacity)
            else:
                missed = capacity
                order, pool = next(self._turns)
            if missed >= top - 1:
                missed = bound - 1
        return Closed(top, offsets, bound, proof)

    def _squeeze(self, bound: int, top: int, effort: float, stop: Stop) -> tuple[int, ...] | None:
        """The best packing below `top` that squeezing finds."""
        found: list[tuple[int, ...]] = []
        if ejectable(self._puzzle, top):
            halted = Stop(stop.deadline, lambda: self._finder.halted)
            with suppress(Stopped):
                self._squeezer.squeeze(bound, top, int(_LOOKS * effort), halted, lambda one: found.append(tuple(one)))
            self._finder.spent += effort
        return found[-1] if found else None

    def _restart(self, capacity: int) -> Attempt:
        """A few short searches."""
        attempt = Attempt("unknown")
        if capacity > _RESTART_UNITS:
            return attempt
        for _ in range(_RESTARTS):
            if attempt.verdict != "unknown" or self._finder.halted:
                break
            attempt = self._restarts.search(capacity)
            self._finder.spent += _RESTART_EFFORT
        return attempt

    def _prove(self, bound: int, top: int, effort: float, stop: Stop) -> Closed:
        """Halves the interval upwards."""
        end = self._prover.spent + effort
        offsets: tuple[int, ...] | None = None
        proof: Attempt | None = None
        lowest, open_from = top, top
        while bound < open_from and self._prover.spent < end and not self._prover.halted:
            capacity = (bound + open_from - 1) // 2
            share = max(_LEAST_EFFORT, min(_QUESTION_SHARE * effort, end - self._prover.spent))
            attempt = self._prover.prove(capacity, effort=share, seed=self._seed, stop=stop)
            if attempt.verdict == "impossible":
                bound, proof = capacity + 1, attempt
                continue
            if attempt.verdict == "packed":
                offsets = attempt.offsets
                lowest = self._puzzle.top(offsets)
            open_from = capacity
            if bound >= open_from and lowest > bound:
                open_from = lowest if lowest < top else top
        return Closed(lowest, offsets, bound, proof)


def _settled(finding: Future[Closed], proving: Future[Closed], top: int) -> bool:
    """Whether the lanes have ended, or what one of them came to leaves nothing for the other to find. A finder that exhausts the
    interval by itself waits for the prover, so that the certificate does not depend on which was faster."""
    if finding.done() and (proving.done() or _packed_best(finding.result())):
        return True
    return proving.done() and proving.result().bound >= top


def _packed_best(found: Closed) -> bool:
    return found.offsets is not None and found.top <= found.bound


def _joined(found: Closed, proven: Closed, top: int) -> Closed:
    if proven.bound >= top:
        return proven
    if _packed_best(found):
        return found
    packed = found if found.offsets is not None and (proven.offsets is None or found.top <= proven.top) else proven
    exhausted = found if found.proof is not None and found.bound >= proven.bound else proven
    return Closed(packed.top, packed.offsets, exhausted.bound, exhausted.proof)
