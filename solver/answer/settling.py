"""First fit over a part of a region, without the preparations of a search: quick for one or two tries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf

from warpack.solver.search.core.offsets import lowest_between
from warpack.solver.search.core.puzzle import Puzzle


class Settling:
    """Places the items of one region, each at the lowest offset that those before it leave free. Everything is counted
    in units. Windows are ignored."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._puzzle = puzzle

    def packs(self, kept: Sequence[int], offsets: Sequence[int], most: int) -> bool:
        """Whether first fit places the items `kept` within `most`: by rising offsets of a packing, or by falling sizes
        of all that they meet."""
        if self._fits(sorted(kept, key=lambda i: (offsets[i], i)), most):
            return True
        weight = self._weights
        return self._fits(sorted(kept, key=lambda i: (-weight[i], i)), most)

    def least(self, offsets: Sequence[int]) -> int:
        """The units that first fit needs for all items, in the better of the two orders."""
        weight = self._weights
        every = range(len(self._puzzle.sizes))
        orders = (sorted(every, key=lambda i: (offsets[i], i)), sorted(every, key=lambda i: (-weight[i], i)))
        return min(self._top(order) for order in orders)

    @cached_property
    def _weights(self) -> list[int]:
        stretches, sizes = self._puzzle.stretches, self._puzzle.sizes
        return [sum([size for size, other in zip(sizes, stretches, strict=True) if mask & other]) for mask in stretches]

    def _fits(self, order: Sequence[int], most: int) -> bool:
        return self._top(order, most) <= most

    def _top(self, order: Sequence[int], most: float = inf) -> int:
        """Where the last of these items ends, pinned ones placed first; or the first that ends beyond `most`."""
        puzzle = self._puzzle
        sizes, pins = puzzle.sizes, puzzle.pins
        placed: list[tuple[int, int]] = []
        top = 0
        for i in (*(i for i in order if pins[i] is not None), *(i for i in order if pins[i] is None)):
            offset, row = pins[i], puzzle.forbidden[i]
            if offset is None:
                blocked = [(there - high, there - low) for j, there in placed for low, high in row.get(j, ())]
                offset = lowest_between(blocked, puzzle.alignments[i])
            if offset + sizes[i] > top:
                top = offset + sizes[i]
                if top > most:
                    break
            placed.append((i, offset))
        return top
