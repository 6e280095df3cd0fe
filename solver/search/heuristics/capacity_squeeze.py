"""Packings squeezed into less and less, while the bound is searched by stacking: one thread each.

The next capacity to try lies a part of the way from the best packing to the bound. Where that takes too long, one nearer to
the packing is tried, down to a single unit less; then patience grows, and the far ones have another turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.cpsat_stacking import Stacker
from warpack.solver.search.heuristics.guided_local_search import Ejector, ejectable

_PART = 5
"""A fifth of the way to the bound at a time: each step is about twice as hard as the one before."""

_PATIENCE, _GROWTH = 800_000, 1.5
"""Looks at single items (see `guided_local_search`, about 15 µs each) before a capacity is given up for a larger one, and by how much
their number grows whenever one is."""

_LOOKS = 200_000
"""Looks for each unit of effort that the stacking beside it gets: about as long as one search of it takes."""

Better = Callable[[Sequence[int]], None]
"""Called with the offsets of each better packing."""


class Squeezer:
    """Better and better packings of one puzzle, by ejection. `patience`: looks before a capacity is first given up."""

    def __init__(self, puzzle: Puzzle, seed: int, *, patience: int = _PATIENCE) -> None:
        self._puzzle, self._seed = puzzle, seed
        self._ejector: Ejector | None = None
        self._target, self._step = 0, 0
        self._left, self._patience = 0, patience
        self._begun = 0

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> None:
        """Spends about so many looks on packings below `top`, and ends early at `bound`. May raise Stopped."""
        bound = max(bound, *self._puzzle.sizes)
        while looks > 0 and top > bound:
            ejector = self._next(bound, top)
            turn = min(looks, self._left)
            looks, self._left = looks - turn, self._left - turn
            if not ejector.search(turn, stop):
                continue
            self._ejector, self._step = None, 0
            top = self._puzzle.top(ejector.offsets)
            better(ejector.offsets)

    def _next(self, bound: int, top: int) -> Ejector:
        """The search to go on with, for a capacity in [bound, top)."""
        if self._ejector is not None and self._left > 0 and bound <= self._target < top:
            return self._ejector
        if self._ejector is not None and self._left <= 0:
            self._patience = int(self._patience * _GROWTH)
            self._step = 0 if self._target >= top - 1 else (top - self._target) // 2
        step = self._step if 0 < self._step <= top - bound else -(-(top - bound) // _PART)
        self._target, self._step, self._left = top - step, step, self._patience
        self._begun += 1
        self._ejector = Ejector(self._puzzle, self._target, seed=self._seed * 1009 + self._begun)
        return self._ejector


class Improves(Protocol):
    """What looks for better packings beside the stacking."""

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> None: ...


class Squeezing:
    """Stacking at the bound on one core, squeezing on another; `improver` in its place where there is one."""

    def __init__(self, puzzle: Puzzle, stacker: Stacker, seed: int, improver: Improves | None = None) -> None:
        self._stacker, self._squeezer = stacker, improver or Squeezer(puzzle, seed)

    @staticmethod
    def takes(puzzle: Puzzle, top: int) -> bool:
        """Whether packings of this puzzle below `top` can be searched for in this way."""
        return ejectable(puzzle, top)

    def round(
        self, bound: int, top: int, *, effort: float, share: float, stop: Stop, better: Better, lanes: int = 1
    ) -> Attempt:
        """What stacking says about `bound`, with `share` of the effort for each of its lanes; each packing below `top` that
        squeezing finds meanwhile goes to `better`. What comes out depends on the machine's speed only where `stop` ends it.
        May raise Stopped."""
        with ThreadPoolExecutor(1) as pool:
            stacking = pool.submit(self._stacker.search, bound, effort=share * effort, stop=stop, lanes=lanes)
            settled = Stop(
                stop.deadline, lambda: _packed(stacking) or (stop.cancelled is not None and stop.cancelled())
            )
            try:
                self._squeezer.squeeze(bound, top, int(_LOOKS * effort), settled, better)
            except Stopped:
                if not _packed(stacking):
                    raise
            return stacking.result()


def _packed(stacking: Future[Attempt]) -> bool:
    return stacking.done() and stacking.exception() is None and stacking.result().verdict == "packed"
