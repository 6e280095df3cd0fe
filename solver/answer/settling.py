"""First fit over a part of a region, without the preparations of a search: quick for one or two tries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from math import inf
from operator import or_

from warpack.solver.search.core.offsets import lowest_between, lowest_free
from warpack.solver.search.core.puzzle import Puzzle, Span

_MANY, _BITSET_UNITS = 48, 1 << 17
"""Items of a set of plain intervals from which on bits are quicker than pairs, and the most units in all."""


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
        if self._stretches is not None:
            return self._top_of_intervals(order, most, self._stretches)
        sizes, pins = puzzle.sizes, puzzle.pins
        placed: list[tuple[int, int]] = []
        top = 0
        for i in (*(i for i in order if pins[i] is not None), *(i for i in order if pins[i] is None)):
            offset, gaps_to = pins[i], puzzle.forbidden[i].get
            if offset is None:
                blocked = [(there - high, there - low) for j, there in placed for low, high in gaps_to(j, ())]
                offset = lowest_between(blocked, puzzle.alignments[i])
            if offset + sizes[i] > top:
                top = offset + sizes[i]
                if top > most:
                    break
            placed.append((i, offset))
        return top

    @cached_property
    def _stretches(self) -> Sequence[Span] | None:
        """The items' spans, where they are plain intervals, so many that it pays, in few enough units."""
        puzzle = self._puzzle
        if not puzzle.plain or puzzle.count < _MANY or sum(puzzle.sizes) > _BITSET_UNITS:
            return None
        return puzzle.spans

    def _top_of_intervals(self, order: Sequence[int], most: float, spans: Sequence[Span]) -> int:
        """The same of plain intervals: what is occupied in each stretch are the bits of an integer."""
        sizes = self._puzzle.sizes
        occupied = [0] * max(end for _, end in spans)
        top = 0
        for i in order:
            (first, end), size = spans[i], sizes[i]
            blocked = reduce(or_, occupied[first:end])
            reach = 1  # bit b becomes set where any of the `reach` bits from b on is
            while reach < size:
                step = min(reach, size - reach)
                blocked |= blocked >> step
                reach += step
            offset = lowest_free(blocked, 1)
            top = max(top, offset + size)
            if top > most:
                break
            bits = ((1 << size) - 1) << offset
            for stretch in range(first, end):
                occupied[stretch] |= bits
        return top
