"""First fit: items are placed in some order, each at the lowest free offset."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.search.core.offsets import bits_of, lowest_between, lowest_free
from warpack.solver.search.core.puzzle import Puzzle, Solution, solution

_BITSET_UNITS = 1 << 15
"""In regions of at most so many units, the blocked offsets of an item are the bits of one integer."""


class FirstFit:
    """First fit on one puzzle. It is prepared once, and run for many orders. Pinned items always come first."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._puzzle = puzzle
        reach = sum(puzzle.sizes) + max(puzzle.alignments, default=1) * puzzle.count
        self._as_bits = reach + max((pin for pin in puzzle.pins if pin is not None), default=0) <= _BITSET_UNITS
        if self._as_bits:
            self._masks = [[(j, *bits_of(gaps)) for j, gaps in row.items()] for row in puzzle.forbidden]

    def run(self, order: Sequence[int]) -> Solution:
        """The packing by first fit along `order`, which must have all items that are not pinned."""
        pinned = set(self._puzzle.pinned)
        if pinned:
            order = [*sorted(pinned), *(i for i in order if i not in pinned)]
        return self._by_bits(order) if self._as_bits else self._by_intervals(order)

    def _by_bits(self, order: Sequence[int]) -> Solution:
        puzzle, masks = self._puzzle, self._masks
        blocked = [0] * puzzle.count
        offsets = [0] * puzzle.count
        for i in order:
            pin = puzzle.pins[i]
            offset = lowest_free(blocked[i], puzzle.alignments[i]) if pin is None else pin
            offsets[i] = offset
            for j, bits, start in masks[i]:
                shift = offset + start
                blocked[j] |= bits << shift if shift >= 0 else bits >> -shift
        return solution(puzzle, offsets)

    def _by_intervals(self, order: Sequence[int]) -> Solution:
        puzzle = self._puzzle
        blocked: list[list[tuple[int, int]]] = [[] for _ in range(puzzle.count)]
        offsets = [0] * puzzle.count
        for i in order:
            pin = puzzle.pins[i]
            offset = lowest_between(blocked[i], puzzle.alignments[i]) if pin is None else pin
            offsets[i] = offset
            blocked[i].clear()
            for j, gaps in puzzle.forbidden[i].items():
                blocked[j] += [(offset + low, offset + high) for low, high in gaps]
        return solution(puzzle, offsets)
