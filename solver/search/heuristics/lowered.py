"""Bred packings of plain intervals, lowered by ejection chains in small steps.

A bred packing is smaller than a filling, and chains seldom bring it lower by much at once; but they often do by a
little, and then again. So each is tried with several steps, each time with other items dear, and what comes of it is
tried in turn: of a few hundred items that is far quicker than squeezing.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from warpack.solver.search.core.puzzle import Puzzle, Span
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.capacity_squeeze import Better
from warpack.solver.search.large.ejection_chains import EjectionChains
from warpack.solver.search.large.skyline_fill import IntervalField

_KEPT = 24
"""Packings, the lowest, that are tried further."""

_STEPS = (0.95, 0.98, 0.99)
"""Parts of what a packing is above the bound that one step leaves."""

_EFFORT, _LOOKS = 20_000, 100
"""What one try may cost for each item (see `EjectionChains.approach`), and in looks of `guided_local_search`."""

_DEARER, _CHEAPER = 1.4, 0.7
"""By how much items may be dearer or cheaper than usual in a try."""


class Lowering:
    """Works on one puzzle that has `spans` (see `Puzzle.spans`), of which no packing below `bound` is possible. What
    one call learns serves the next."""

    def __init__(self, puzzle: Puzzle, spans: Sequence[Span], seed: int) -> None:
        import numpy as np

        ground = np.zeros(max(end for _, end in spans), dtype=np.int64)
        self._field = IntervalField.of(spans, puzzle.sizes, puzzle.alignments, ground)
        self._puzzle, self._random = puzzle, Random(seed)  # noqa: S311 - the same seed has to give the same layout
        self._pool: list[tuple[int, tuple[int, ...]]] = []
        self.cost = _LOOKS * puzzle.count
        """What a try costs, in looks."""

    def add(self, packings: Sequence[Sequence[int]]) -> None:
        """Packings to lower from now on, where they are among the lowest."""
        known = set(self._pool)
        known.update((self._puzzle.top(offsets), tuple(offsets)) for offsets in packings)
        self._pool = sorted(known)[:_KEPT]

    def lower(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> int:
        """Spends about so many looks on packings below `top`, and ends early at `bound`: the top that it came to. May
        raise Stopped."""
        random = self._random
        while looks > 0 and top > bound and self._pool:
            stop.check()
            looks -= self.cost
            before, offsets = self._pool[int(len(self._pool) * random.random() ** 2)]  # the lower ones more often
            dearness = [random.uniform(_CHEAPER, _DEARER) for _ in offsets]
            chains = EjectionChains(self._field, offsets, step=random.choice(_STEPS), dearness=dearness)
            chains.approach(bound, _EFFORT * len(offsets), stop)
            if chains.top < before:
                self.add((chains.offsets,))
            if chains.top < top:
                top = chains.top
                better(chains.offsets)
        return top
