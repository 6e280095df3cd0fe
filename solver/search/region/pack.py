"""Packs one region without regard to its windows: first packing, reductions, then the search that closes the
interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.ledger import Ledger
from warpack.solver.search.core.packing import LowerBound, Packing, SearchProof, unclaimed
from warpack.solver.search.core.pins import check_pins
from warpack.solver.search.core.puzzle import Puzzle, Solution, solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.first_fit import MANY, construct
from warpack.solver.search.heuristics.genetic import Genetic, first_packing
from warpack.solver.search.large.pack import pack_many
from warpack.solver.search.preprocess.reduction import Reduced, reduce
from warpack.solver.search.region.interval_search import IntervalSearch
from warpack.solver.search.strategy import Clique, Exhausted, Interval
from warpack.solver.wire.units import Bytes

MANY_ITEMS = 512
"""With so many items or more, pairs are not held, and nothing is searched exhaustively."""

_TRIES = 40
"""Changed orders that first fit tries after the rule orders. More hardly ever help on real sets, and the search
follows. With `MANY` items or more there are none, because `heuristics/more_orders` tries more orders of the reduced
core."""


Progressed = Callable[[Bytes, Bytes], None]
"""Called with the bytes of the best packing and of the bound, whenever one of them gets better."""


def pack(
    problem: RegionProblem,
    *,
    seed: int,
    stop: Stop,
    start: Sequence[Bytes] | None = None,
    progressed: Progressed | None = None,
) -> Packing:
    """The best packing of a region without regard to its windows, with what is proven about it.

    `start` are offsets to begin with, if they are legal. Raises PinsCollide if pinned items are in each other's way.
    """
    with stop.ledger.asked("max live"):
        bound = lower_bound(problem)
    if not problem.items:
        return Packing((), 0, 0, bound)
    stop.ledger.raised("max live", bound.size_bytes)
    if len(problem.items) >= MANY_ITEMS:
        offsets = pack_many(problem, good_enough=bound.size_bytes, stop=stop)
        size = max(offset + item.size_bytes for offset, item in zip(offsets, problem.items, strict=True))
        packing = Packing(tuple(offsets), size, bound.size_bytes, bound)
        return unclaimed(problem, packing) if stop.now() else packing
    unit = unit_of(problem)
    puzzle = puzzle_of(problem, unit)
    check_pins(puzzle)
    begun = None if start is None or any(offset % unit for offset in start) else [offset // unit for offset in start]
    return _SmallRegion(problem, puzzle, unit, bound, progressed or (lambda _size, _bound: None), stop.ledger).pack(
        begun, seed, stop
    )


@dataclass(frozen=True)
class _SmallRegion:
    """Packs a region that is small enough to hold all its pairs."""

    problem: RegionProblem
    puzzle: Puzzle
    unit: Bytes
    bound: LowerBound
    progressed: Progressed
    ledger: Ledger

    def pack(self, start: Sequence[int] | None, seed: int, stop: Stop) -> Packing:
        puzzle, reduced = self.puzzle, reduce(self.puzzle)
        bound = self._rounded(reduced)
        least = bound.size_bytes // self.unit
        by, core = self._first(reduced.puzzle, least - reduced.bottom, seed, stop)
        best = solution(puzzle, reduced.restore(puzzle, core.offsets))
        stop.ledger.packed(by, 0)
        if start is not None and puzzle.allows(start) and puzzle.top(start) <= best.top:
            by, saved = "warm start", best.top - puzzle.top(start)
            core = solution(reduced.puzzle, _below_bottom(reduced, puzzle, start))
            best = solution(puzzle, start)
            stop.ledger.packed(by, saved * self.unit)
        if best.top <= least:
            stop.ledger.closed(by)
        self.progressed(best.top * self.unit, bound.size_bytes)
        if best.top <= least or stop.now():  # a search cut short here might end otherwise with more time
            return self._packing(best, bound)
        return self._search(reduced, core, best, bound, seed, stop)

    @staticmethod
    def _first(puzzle: Puzzle, good_enough: int, seed: int, stop: Stop) -> tuple[str, Solution]:
        """The first packing, and the name of the strategy that made it."""
        by = "lowest first" if Genetic.takes(puzzle) and not stop.leaves_out("breeding") else "first fit"
        with stop.ledger.asked(by):
            if by == "lowest first":  # bred orders follow, and first fit would be far worse
                return by, solution(puzzle, first_packing(puzzle))
            if stop.leaves_out("first fit"):
                return by, FirstFit(puzzle).run(range(puzzle.count))
            tries = _TRIES if puzzle.count < MANY else 0
            random = Random(seed)  # noqa: S311 - the same seed has to give the same layout
            return by, construct(puzzle, good_enough=good_enough, tries=tries, random=random, stop=stop)

    def _search(
        self, reduced: Reduced, core: Solution, best: Solution, bound: LowerBound, seed: int, stop: Stop
    ) -> Packing:
        def report(solution: Solution, core_bound: int) -> None:
            self.progressed((solution.top + reduced.bottom) * self.unit, (core_bound + reduced.bottom) * self.unit)

        search = IntervalSearch(reduced.puzzle, seed=seed, stop=stop, report=report, unit_bytes=self.unit)
        interval = search.run(core, bound.size_bytes // self.unit - reduced.bottom)
        if interval.best.top < core.top:
            best = solution(self.puzzle, reduced.restore(self.puzzle, interval.best.offsets))
        return self._packing(best, bound, reduced, interval)

    def _rounded(self, reduced: Reduced) -> LowerBound:
        """The better of two bounds: the max-live bound, rounded up to whole units, and the bound of the reduction."""
        least = -(-self.bound.size_bytes // self.unit)
        if reduced.bound > least:
            self.ledger.raised("reduction", (reduced.bound - least) * self.unit)
            return LowerBound(reduced.bound * self.unit, None, self._names(reduced.bound_items), "all-apart")
        return replace(self.bound, size_bytes=least * self.unit)

    def _packing(
        self, best: Solution, bound: LowerBound, reduced: Reduced | None = None, interval: Interval | None = None
    ) -> Packing:
        offsets = tuple(offset * self.unit for offset in best.offsets)
        lower, search = bound.size_bytes, None
        if reduced is not None and interval is not None:
            lower = max(lower, (interval.bound + reduced.bottom) * self.unit)
            if isinstance(interval.proof, Clique):
                names = self._names((*reduced.taken, *(reduced.kept[i] for i in interval.proof.items)))
                bound = LowerBound(lower, None, names, "all-apart")
            if isinstance(interval.proof, Exhausted):
                proof = interval.proof
                search = SearchProof(
                    (proof.capacity + reduced.bottom) * self.unit,
                    proof.method,
                    proof.nodes,
                    self._names(reduced.kept[i] for i in proof.core),
                    self._names((*reduced.taken, *(reduced.kept[i] for i in proof.taken))),
                )
        return Packing(offsets, best.top * self.unit, lower, bound, search, self.puzzle)

    def _names(self, items: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.problem.items[i].name for i in items)


def _below_bottom(reduced: Reduced, puzzle: Puzzle, offsets: Sequence[int]) -> list[int]:
    """The offsets of the core in a given packing, as if the items that the reduction takes out were not there."""
    core = []
    for item in reduced.kept:
        beneath = sum(puzzle.sizes[other] for other in reduced.taken if offsets[other] < offsets[item])
        core.append(offsets[item] - beneath)
    return core
