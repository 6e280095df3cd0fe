"""Domains: the offsets that each item may still have, as the bits of an integer. Placing an item removes offsets of
others."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.search.core.offsets import bits_of
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.symmetry import alike_pairs


class Domains:
    """Prepared once for a puzzle. Interchangeable items keep their order, so that a search tries only one order."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._masks = [[(j, *bits_of(gaps)) for j, gaps in row.items()] for row in puzzle.forbidden]
        self._above: list[list[int]] = [[] for _ in puzzle.sizes]
        self._below: list[list[int]] = [[] for _ in puzzle.sizes]
        for a, b in alike_pairs(puzzle):
            self._above[a].append(b)
            self._below[b].append(a)
        met = (sum(puzzle.sizes[j] for j in row) for row in puzzle.forbidden)
        self.weights = [size * (1 + of_item) for size, of_item in zip(puzzle.sizes, met, strict=True)]
        """How hard each item is to place: its size times the sum of the sizes that it conflicts with."""

    def after(self, domains: Sequence[int], item: int, offset: int) -> list[int]:
        """The domains after `item` is placed at `offset`."""
        after = list(domains)
        for other, bits, start in self._masks[item]:
            shift = offset + start
            after[other] &= ~(bits << shift if shift >= 0 else bits >> -shift)
        for other in self._above[item]:
            after[other] &= -1 << offset
        for other in self._below[item]:
            after[other] &= (2 << offset) - 1
        return after
