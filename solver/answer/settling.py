"""First fit over a part of a region, without making ready what a search needs: quick for one or two tries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from solver.search.firstfit import lowest_between
from solver.search.puzzle import Puzzle


class Settling:
    """Items of one region, each at the lowest offset that those before it leave; all counted in units. Windows are not heeded."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._puzzle = puzzle

    def packs(self, kept: Sequence[int], offsets: Sequence[int], most: int) -> bool:
        """Whether first fit places the items `kept` within `most`: by rising offsets of a packing, or by falling sizes of
        all that they meet."""
        if self._fits(sorted(kept, key=lambda i: (offsets[i], i)), most):
            return True
        weight = self._weights
        return self._fits(sorted(kept, key=lambda i: (-weight[i], i)), most)

    def least(self, offsets: Sequence[int]) -> int:
        """The fewer units of those that first fit needs for all items in the two orders."""
        puzzle, weight = self._puzzle, self._weights
        every = range(len(puzzle.sizes))
        orders = (sorted(every, key=lambda i: (offsets[i], i)), sorted(every, key=lambda i: (-weight[i], i)))
        return min(max((offset + puzzle.sizes[i] for i, offset in self._placed(order)), default=0) for order in orders)

    @cached_property
    def _weights(self) -> list[int]:
        stretches, sizes = self._puzzle.stretches, self._puzzle.sizes
        return [sum([size for size, other in zip(sizes, stretches, strict=True) if mask & other]) for mask in stretches]

    def _fits(self, order: Sequence[int], most: int) -> bool:
        sizes = self._puzzle.sizes
        return all(offset + sizes[i] <= most for i, offset in self._placed(order))

    def _placed(self, order: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Each item with its offset, pinned ones first."""
        puzzle = self._puzzle
        pins = puzzle.pins
        placed: list[tuple[int, int]] = []
        for i in (*(i for i in order if pins[i] is not None), *(i for i in order if pins[i] is None)):
            offset, row = pins[i], puzzle.forbidden[i]
            if offset is None:
                blocked = [(there - high, there - low) for j, there in placed for low, high in row.get(j, ())]
                offset = lowest_between(blocked, puzzle.alignments[i])
            placed.append((i, offset))
            yield i, offset
