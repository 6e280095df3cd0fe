"""Lowers bred packings of plain intervals by ejection chains, in small steps.

A bred packing is smaller than a filling. Ejection chains seldom lower it by much at once, but often by a little, and
then again. So each packing is tried with several steps. Each try makes other items dear, and its result is tried in
turn. For a few hundred items that is far quicker than squeezing.
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
"""How many of the lowest packings are kept to be tried."""

_STEPS = (0.95, 0.98, 0.99)
"""The parts of the distance to the bound that a step may leave."""

_EFFORT, _LOOKS = 20_000, 100
"""The effort of a try for each item (see `EjectionChains.approach`), and its cost in looks of `guided_local_search`."""

_DEARER, _CHEAPER = 1.4, 0.7
"""The factors between which the dearness of items varies in a try."""


class Lowering:
    """Lowers packings of one puzzle that has `spans` (see `Puzzle.spans`). What a call learns serves the next."""

    def __init__(self, puzzle: Puzzle, spans: Sequence[Span], seed: int) -> None:
        import numpy as np

        ground = np.zeros(max(end for _, end in spans), dtype=np.int64)
        self._field = IntervalField.of(spans, puzzle.sizes, puzzle.alignments, ground)
        self._puzzle, self._random = puzzle, Random(seed)  # noqa: S311 - the same seed has to give the same layout
        self._pool: list[tuple[int, tuple[int, ...]]] = []
        self.cost = _LOOKS * puzzle.count
        """The cost of a try, in looks."""

    def add(self, packings: Sequence[Sequence[int]]) -> None:
        """Adds packings to lower, if they are among the lowest."""
        known = set(self._pool)
        known.update((self._puzzle.top(offsets), tuple(offsets)) for offsets in packings)
        self._pool = sorted(known)[:_KEPT]

    def lower(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> int:
        """Spends about `looks` looks on packings below `top`, and ends early at `bound`. Returns the best top. May
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
