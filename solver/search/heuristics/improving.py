"""Better packings of many items, one after another: orders bred for the lowest-first rule, and packings squeezed, in turns.

The first finds in a tenth of a second what the second takes many seconds for; the second goes on where no order helps any more.
"""

from __future__ import annotations

from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.capacity_squeeze import Better, Squeezer
from warpack.solver.search.heuristics.genetic import Genetic

_FIRST_GENERATIONS = 3

_FIRST_SHARE, _SHARE = 0.6, 0.2
"""Of the looks, what breeding gets in the first call and later: most of what it finds it finds in the first second."""

_PATIENCE = 400_000
"""Looks before squeezing first gives a capacity up."""


class Improver:
    """Works on one puzzle of which no packing below `bound` is possible. What one call learns serves the next. `by`: which of
    the two is at work ("breeding", "squeezing"); without `squeezes` it is always the first."""

    def __init__(self, puzzle: Puzzle, bound: int, seed: int, *, squeezes: bool = True) -> None:
        self._puzzle, self._squeezes = puzzle, squeezes
        self.by = "breeding"
        self._genetic = Genetic(puzzle, bound, seed)
        self._squeezer = Squeezer(puzzle, seed, patience=_PATIENCE)
        self._share = _FIRST_SHARE

    def first(self, bound: int, top: int, stop: Stop, better: Better) -> int:
        """The first generations: the top that they came to."""
        return self._breed(bound, top, _FIRST_GENERATIONS * self._genetic.cost, stop, better)

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> None:
        """Spends about so many looks (see `guided_local_search`) on packings below `top`, and ends early at `bound`. May raise Stopped."""
        share, self._share = self._share, _SHARE
        top = self._breed(bound, top, int(share * looks), stop, better)
        if top > bound and self._squeezes:
            self.by = "squeezing"
            self._squeezer.squeeze(bound, top, int((1 - share) * looks), stop, better)

    def _breed(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> int:
        self.by = "breeding"
        while looks > 0 and top > bound:
            stop.check()
            looks -= self._genetic.cost
            offsets = self._genetic.generation()
            if self._puzzle.top(offsets) < top:
                top = self._puzzle.top(offsets)
                better(offsets)
        return top
