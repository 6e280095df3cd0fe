"""Smaller and smaller packings of a puzzle with rigid rows: by first fit, by squeezing, and along orders by CP-SAT.

What is found in a coarse unit, where small items are left out and hardly any offsets are worth looking at, is where
squeezing the whole puzzle begins.
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
from warpack.solver.search.heuristics.guided_local_search import Ejector, ejectable
from warpack.solver.search.heuristics.orders import Climb, disturbed_orders
from warpack.solver.search.preprocess.coarsening import coarsened, kept_in, levels, relaxed_to
from warpack.solver.search.preprocess.reduction import Reduced, Reductions

_QUESTION_SHARE = 0.2
"""Of a round's effort, the most for one question."""

_LEAST_EFFORT = 1e-4

_SQUEEZING_SHARE, _COARSE_SHARE, _LOOKS, _PATIENCE = 0.5, 0.3, 1_000_000, 4000
"""Of a round's effort, what is spent on squeezing, or where there is a coarse unit, on squeezing in either; looks for
each deterministic second (about 20 µs each); and the looks before squeezing first gives a capacity up."""

_ORDERS_SHARE, _ORDERS_BESIDE, _ITEMS_A_LOOK = 0.1, 0.1, 2
"""Of a round's effort, what first fit along orders gets, and what it gets on top of that effort; and how many items it
places in the time of a look."""

_DRAWN = 3
"""One in so many of these orders is a disturbed rule; the others climb."""

_REFINING_LOOKS, _LAYING_LOOKS = 3000, 1000
"""Looks at each capacity to which a coarse packing is made one of the whole, and what it counts to begin with one."""


class Finder:
    """Looks for packings of one puzzle. What one round learns serves the next.

    Rounds take turns between what an exact reduction leaves and what a relaxed one does, aligned as the puzzle says: of
    the latter there is less to search, in larger units, but a few bytes may be lost where items are put back.
    """

    def __init__(self, reductions: Reductions, seed: int) -> None:
        self._whole, self._seed = reductions.whole, seed
        exact, relaxed = reductions.exact, reductions.relaxed
        self._reductions = (exact,) if relaxed is exact else (exact, relaxed)
        self._views: list[_View] = []
        self._round = 0
        self._halted = False

    def halt(self) -> None:
        self._halted = True
        for view in self._views:
            view.halt()

    def find(self, bound: int, top: int, effort: float, stop: Stop) -> tuple[int, tuple[int, ...] | None]:
        """The best packing below `top`, which nothing below `bound` is."""
        turn, self._round = self._round % len(self._reductions), self._round + 1
        if turn == len(self._views):  # a tenth of a second of work, which may not be wanted
            self._views.append(_View(self._whole, self._reductions[turn], self._seed))
        if self._halted:
            return top, None
        return self._views[turn].find(bound, top, effort, stop)


class _View:
    """What one reduction leaves, in the largest unit that it can be counted in."""

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
        """Nothing below it is left to find here."""

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
        """Squeezes, then halves the interval downwards; what is not found in a question's effort is tried again with
        another order."""
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
        """The best packing below `top` of first fit along the next orders."""
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
        if ejectable(self._puzzle, top):
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
        """The best packing of the whole below `top` that comes of coarse ones; half of the looks go into making it one
        of the whole. May raise Stopped with nothing found."""
        coarse: list[tuple[int, ...]] = []
        highest = -(-top // self._unit) if self._top is None else self._top
        self._squeezer.squeeze(bound // self._unit, highest, looks // 2, stop, lambda one: coarse.append(tuple(one)))
        if not coarse:
            return None
        self._top = self._coarse.top(coarse[-1])
        return self._refine(coarse[-1], bound, top, looks // 2, stop)

    def _refine(self, coarse: Sequence[int], bound: int, top: int, looks: int, stop: Stop) -> tuple[int, ...] | None:
        """A packing of the whole below `top`, near a coarse one."""
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
            ejector = Ejector(puzzle, capacity, seed=self._seed + self._refined, start=start)
            turn = min(looks, _REFINING_LOOKS)
            looks -= turn + _LAYING_LOOKS
            if ejector.search(turn, stop):
                best, top = ejector.offsets, puzzle.top(ejector.offsets)
            else:
                low = capacity
        return best
