"""Squeezing: packings at smaller and smaller capacities, by guided local search.

The next capacity lies a part of the way from the best packing to the bound. If that takes too long, a capacity nearer
to the packing is tried, down to one unit less. Then patience grows, and capacities far from the packing are tried
again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.guided_local_search import GuidedLocalSearch

_PART = 5
"""A step goes a fifth of the way to the bound. Each step is about twice as hard as the one before."""

_PATIENCE, _GROWTH = 800_000, 1.5
"""Looks (see `guided_local_search`, about 15 µs each) before a capacity is given up for a larger one, and the factor by
which they grow whenever one is."""

Better = Callable[[Sequence[int]], None]
"""Called with the offsets of each better packing."""


class Squeezer:
    """Finds better and better packings of one puzzle. `patience` is the number of looks before a capacity is first
    given up; it grows by the factor `growth` whenever one is."""

    def __init__(self, puzzle: Puzzle, seed: int, *, patience: int = _PATIENCE, growth: float | None = None) -> None:
        self._puzzle, self._seed = puzzle, seed
        self.by = "squeezing"
        self._search: GuidedLocalSearch | None = None
        self._target, self._step = 0, 0
        self._left, self._patience = 0, patience
        self._growth = _GROWTH if growth is None else growth
        self._begun = 0

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: Better, start: Sequence[int] = ()) -> None:
        """Spends about `looks` looks on packings below `top`, and ends early at `bound`. Every second search begins
        with the packing `start`, if there is one. May raise Stopped."""
        bound = max(bound, *self._puzzle.sizes)
        while looks > 0 and top > bound:
            search = self._next(bound, top, start)
            turn = min(looks, self._left)
            looks, self._left = looks - turn, self._left - turn
            if not search.search(turn, stop):
                continue
            self._search, self._step = None, 0
            top = self._puzzle.top(search.offsets)
            better(search.offsets)
            start = search.offsets if start else ()

    def _next(self, bound: int, top: int, start: Sequence[int]) -> GuidedLocalSearch:
        """The search to go on with, for a capacity in [bound, top)."""
        if self._search is not None and self._left > 0 and bound <= self._target < top:
            return self._search
        if self._search is not None and self._left <= 0:
            self._patience = int(self._patience * self._growth)
            self._step = 0 if self._target >= top - 1 else (top - self._target) // 2
        step = self._step if 0 < self._step <= top - bound else -(-(top - bound) // _PART)
        self._target, self._step, self._left = top - step, step, self._patience
        self._begun += 1
        begun = start if self._begun % 2 else ()
        self._search = GuidedLocalSearch(self._puzzle, self._target, seed=self._seed * 1009 + self._begun, start=begun)
        return self._search
