"""Smaller and smaller packings of a puzzle with rigid rows: by first fit, by squeezing, and by CP-SAT along orders.

Squeezing first packs the puzzle in a coarse unit, without small items, where few offsets are to be tried. From that
packing it goes on to squeeze the whole puzzle.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

from warpack.solver.search.core.cliques import cover
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.cpsat_stacking import turns
from warpack.solver.search.exact.cpsat_strips import StripsSearch
from warpack.solver.search.heuristics.capacity_squeeze import Squeezer
from warpack.solver.search.heuristics.guided_local_search import GuidedLocalSearch
from warpack.solver.search.heuristics.orders import Climb, disturbed_orders
from warpack.solver.search.preprocess.coarsening import coarsened, kept_in, levels, relaxed_to
from warpack.solver.search.preprocess.reduction import Reduced, Reductions

_QUESTION_SHARE = 0.2
"""The largest share of a round's effort for one question to CP-SAT."""

_LEAST_EFFORT = 1e-4

_SQUEEZING_SHARE, _COARSE_SHARE, _LOOKS, _PATIENCE = 0.5, 0.3, 1_000_000, 4000
"""The share of a round's effort for squeezing; the share for squeezing in the coarse unit, and again in the fine one,
if there is a coarse unit; looks for each deterministic second (about 20 µs each); looks before squeezing first gives a
capacity up."""

_ORDERS_SHARE, _ORDERS_BESIDE, _ITEMS_A_LOOK = 0.1, 0.1, 2
"""The share of a round's effort for first fit along orders; a further share that does not count as effort; and the
items that first fit places in the time of a look."""

_DRAWN = 3
"""One in so many of these orders is a disturbed rule. The others come from a climb."""

_REFINING_LOOKS, _LAYING_LOOKS = 3000, 1000
"""Looks at each capacity when a coarse packing is refined to one of the whole, and looks that its beginning counts."""


class Finder:
    """Finds packings of one puzzle. What a round learns serves the next.

    Rounds take turns between the core of an exact reduction and that of a relaxed one, with the puzzle's own
    alignments. The relaxed core is smaller, and has larger units. But a few bytes may be lost when items are put back.
    """

    def __init__(self, reductions: Reductions, seed: int) -> None:
        self._whole, self._seed = reductions.whole, seed
        exact, relaxed = reductions.exact, reductions.relaxed
        self._reductions = (exact,) if relaxed is exact else (exact, relaxed)
        self._cores: list[_Core] = []
        self._round = 0
        self._halted = False

    def halt(self) -> None:
        """Ends the search in progress, and all later ones. Another thread may call it."""
        self._halted = True
        for view in self._cores:
            view.halt()

    def find(self, bound: int, top: int, effort: float, stop: Stop) -> tuple[int, tuple[int, ...] | None]:
        """The top and the offsets of the best packing below `top`, if one is found. No packing is below `bound`."""
        turn, self._round = self._round % len(self._reductions), self._round + 1
        if turn == len(self._cores):  # takes a tenth of a second, so it is made when needed
            self._cores.append(_Core(self._whole, self._reductions[turn], self._seed))
        if self._halted:
            return top, None
        return self._cores[turn].find(bound, top, effort, stop)


class _Core:
    """The core of one reduction, in the largest unit in which it can be counted."""

    def __init__(self, whole: Puzzle, reduced: Reduced, seed: int) -> None:
        self._whole, self._reduced, self._seed = whole, reduced, seed
        aligned = replace(reduced.puzzle, alignments=tuple(whole.alignments[item] for item in reduced.kept))
        puzzle, self._unit = coarsened(aligned)
        self._puzzle = puzzle
        self._fitter = StripsSearch(puzzle)
        self._squeezer = Squeezer(puzzle, seed, patience=_PATIENCE)
        self._coarse = None if puzzle.pinned else _Coarse.of(puzzle, seed)
        self._turns = turns(puzzle, cover(puzzle), seed)
        self._first_fit = FirstFit(puzzle)
        self._climb, self._drawn = Climb(puzzle, Random(seed + 1)), disturbed_orders(puzzle, Random(seed + 2))  # noqa: S311 - the same seed has to give the same layout
        self._floor = 0
        """There is no packing of this core below it."""

    def halt(self) -> None:
        self._fitter.halt()

    def find(self, bound: int, top: int, effort: float, stop: Stop) -> tuple[int, tuple[int, ...] | None]:
        bottom, unit = self._reduced.bottom, self._unit
        self._floor = max(self._floor, -(-(bound - bottom) // unit))
        offsets = self._find(-(-(top - bottom) // unit), effort, stop)
        if offsets is not None:
            found = self._reduced.restore(self._whole, [offset * unit for offset in offsets])
            if self._whole.top(found) < top and self._whole.allows(found):
                return self._whole.top(found), tuple(found)
        return top, None

    def _find(self, top: int, effort: float, stop: Stop) -> tuple[int, ...] | None:
        """Runs first fit, squeezes, and then asks CP-SAT, halving the interval. A capacity that is not decided within a
        question's effort is tried again with another order."""
        end = self._fitter.spent + effort
        if not self._puzzle.count:
            return () if top > 0 else None
        offsets = self._fit(top, effort, stop)
        top = top if offsets is None else self._puzzle.top(offsets)
        offsets = self._squeeze(self._floor, top, effort, stop) or offsets
        top = top if offsets is None else self._puzzle.top(offsets)
        missed = self._floor - 1
        order, pool = next(self._turns)
        while self._floor < top and self._fitter.spent < end and not self._fitter.halted:
            capacity = (missed + top) // 2
            share = max(_LEAST_EFFORT, min(_QUESTION_SHARE * effort, end - self._fitter.spent))
            attempt = self._fitter.find(capacity, order, pool, effort=share, seed=self._seed, stop=stop)
            if attempt.verdict == "packed":
                offsets, top = attempt.offsets, self._puzzle.top(attempt.offsets)
            elif attempt.verdict == "impossible":
                self._floor = capacity + 1
                missed = max(missed, capacity)
            else:
                missed = capacity
                order, pool = next(self._turns)
            if missed >= top - 1:
                missed = self._floor - 1
        return offsets

    def _fit(self, top: int, effort: float, stop: Stop) -> tuple[int, ...] | None:
        """The best packing below `top` that first fit finds along the next orders."""
        self._fitter.spent += _ORDERS_SHARE * effort
        best: tuple[int, ...] | None = None
        share = _ORDERS_SHARE + _ORDERS_BESIDE
        for number in range(int(share * effort * _LOOKS * _ITEMS_A_LOOK / self._puzzle.count)):
            if top <= self._floor or self._fitter.halted or stop.now():
                break
            if number % _DRAWN == 0:
                found = self._first_fit.run(next(self._drawn))
            else:
                found = self._first_fit.run(self._climb.order())
                self._climb.came_to(found.top)
            if found.top < top:
                best, top = found.offsets, found.top
        return best

    def _squeeze(self, bound: int, top: int, effort: float, stop: Stop) -> tuple[int, ...] | None:
        """The best packing below `top` that squeezing finds."""
        found: list[tuple[int, ...]] = []
        if GuidedLocalSearch.takes(self._puzzle, top):
            halted = replace(stop, cancelled=lambda: self._fitter.halted)
            with suppress(Stopped):
                if self._coarse is not None:
                    self._fitter.spent += _COARSE_SHARE * effort
                    refined = self._coarse.squeeze(bound, top, int(_COARSE_SHARE * effort * _LOOKS), halted)
                    if refined is not None:
                        found.append(refined)
                        top = self._puzzle.top(refined)
                if bound < top:
                    share = _SQUEEZING_SHARE if self._coarse is None else _COARSE_SHARE
                    self._fitter.spent += share * effort
                    looks = int(share * effort * _LOOKS)
                    self._squeezer.squeeze(bound, top, looks, halted, lambda one: found.append(tuple(one)))
        return found[-1] if found else None


class _Coarse:
    """The puzzle without its small items, in a larger unit."""

    def __init__(self, puzzle: Puzzle, unit: int, seed: int) -> None:
        self._puzzle, self._unit, self._seed = puzzle, unit, seed
        self._kept = kept_in(puzzle, unit)
        self._coarse = relaxed_to(puzzle, unit)
        self._squeezer = Squeezer(self._coarse, seed, patience=_PATIENCE)
        self._fit = FirstFit(puzzle)
        self._top: int | None = None
        self._refined = 0

    @classmethod
    def of(cls, puzzle: Puzzle, seed: int) -> _Coarse | None:
        unit = levels(puzzle)[0]
        return cls(puzzle, unit, seed) if unit > 1 else None

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop) -> tuple[int, ...] | None:
        """The best packing of the whole below `top` that is refined from a coarse one. Half of the looks are for the
        refinement. May raise Stopped with nothing found."""
        coarse: list[tuple[int, ...]] = []
        highest = -(-top // self._unit) if self._top is None else self._top
        self._squeezer.squeeze(bound // self._unit, highest, looks // 2, stop, lambda one: coarse.append(tuple(one)))
        if not coarse:
            return None
        self._top = self._coarse.top(coarse[-1])
        return self._refine(coarse[-1], bound, top, looks // 2, stop)

    def _refine(self, coarse: Sequence[int], bound: int, top: int, looks: int, stop: Stop) -> tuple[int, ...] | None:
        """A packing of the whole below `top`, found near a coarse one."""
        puzzle = self._puzzle
        start = [0] * puzzle.count
        for item, offset in zip(self._kept, coarse, strict=True):
            start[item] = offset * self._unit
        small = sorted(set(range(puzzle.count)).difference(self._kept), key=lambda item: -puzzle.sizes[item])
        order = [*sorted(self._kept, key=lambda item: (start[item], item)), *small]
        best: tuple[int, ...] | None = None
        for tried in (order, [*small, *order[: len(self._kept)]]):
            fitted = self._fit.run(tried)
            if fitted.top < top:
                best, top = fitted.offsets, fitted.top
        low = max(bound, self._coarse.top(coarse) * self._unit, *puzzle.sizes) - 1
        while low < top - 1 and looks > 0:
            capacity = (low + top) // 2
            self._refined += 1
            search = GuidedLocalSearch(puzzle, capacity, seed=self._seed + self._refined, start=start)
            turn = min(looks, _REFINING_LOOKS)
            looks -= turn + _LAYING_LOOKS
            if search.search(turn, stop):
                best, top = search.offsets, puzzle.top(search.offsets)
            else:
                low = capacity
        return best
