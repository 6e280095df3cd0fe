"""Packings squeezed into less and less.

The next capacity to try lies a part of the way from the best packing to the bound. Where that takes too long, one
nearer to the packing is tried, down to a single unit less; then patience grows, and the far ones have another turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.guided_local_search import Ejector

_PART = 5
"""A fifth of the way to the bound at a time: each step is about twice as hard as the one before."""

_PATIENCE, _GROWTH = 800_000, 1.5
"""Looks at single items (see `guided_local_search`, about 15 µs each) before a capacity is given up for a larger one,
and by how much their number grows whenever one is."""

Better = Callable[[Sequence[int]], None]
"""Called with the offsets of each better packing."""


class Squeezer:
    """Better and better packings of one puzzle, by ejection. `patience`: looks before a capacity is first given up;
    `growth`: how many times more there are whenever one is."""

    def __init__(self, puzzle: Puzzle, seed: int, *, patience: int = _PATIENCE, growth: float | None = None) -> None:
        self._puzzle, self._seed = puzzle, seed
        self.by = "squeezing"
        self._ejector: Ejector | None = None
        self._target, self._step = 0, 0
        self._left, self._patience = 0, patience
        self._growth = _GROWTH if growth is None else growth
        self._begun = 0

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: Better, start: Sequence[int] = ()) -> None:
        """Spends about so many looks on packings below `top`, and ends early at `bound`. Every other search begins with
        the packing `start`, where there is one. May raise Stopped."""
        bound = max(bound, *self._puzzle.sizes)
        while looks > 0 and top > bound:
            ejector = self._next(bound, top, start)
            turn = min(looks, self._left)
            looks, self._left = looks - turn, self._left - turn
            if not ejector.search(turn, stop):
                continue
            self._ejector, self._step = None, 0
            top = self._puzzle.top(ejector.offsets)
            better(ejector.offsets)
            start = ejector.offsets if start else ()

    def _next(self, bound: int, top: int, start: Sequence[int]) -> Ejector:
        """The search to go on with, for a capacity in [bound, top)."""
        if self._ejector is not None and self._left > 0 and bound <= self._target < top:
            return self._ejector
        if self._ejector is not None and self._left <= 0:
            self._patience = int(self._patience * self._growth)
            self._step = 0 if self._target >= top - 1 else (top - self._target) // 2
        step = self._step if 0 < self._step <= top - bound else -(-(top - bound) // _PART)
        self._target, self._step, self._left = top - step, step, self._patience
        self._begun += 1
        begun = start if self._begun % 2 else ()
        self._ejector = Ejector(self._puzzle, self._target, seed=self._seed * 1009 + self._begun, start=begun)
        return self._ejector
