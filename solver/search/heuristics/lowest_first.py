"""The lowest-first rule, for many orders at once: the item that can lie lowest is placed next, and an order breaks
ties.

First fit looks for holes. Here every item lies above all conflicting items that were placed before it, as in the
skyline heuristics of strip packing. So placing an item is a few operations on whole arrays, and a hundred orders are
placed in the time of a few first fits. Tight sets of intervals become far smaller than by first fit.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from warpack.solver.search.core.puzzle import Puzzle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_BITS = 30
"""If an offset and a rank fit into so many bits, they share an integer of 32 bits, else one of 64."""


class LowestFirst:
    """The rule on one puzzle that it `takes`. It is prepared once."""

    def __init__(self, puzzle: Puzzle) -> None:
        import numpy as np  # takes 0.1 s, and most sets never need it

        self._np, count = np, puzzle.count
        self._bits = max(1, count - 1).bit_length()
        kind: type[np.int32] | type[np.int64] = np.int32
        if (sum(puzzle.sizes) + 1).bit_length() + self._bits > _MOST_BITS:
            kind = np.int64
        self._kind = kind
        self._never = np.iinfo(self._kind).max
        self.sizes: NDArray[np.int64] = np.array(puzzle.sizes, dtype=np.int64)
        # the lowest offsets of the others if the row's item lies at 0, in the bits of an offset
        self._above = np.full((count, count), -(self._never // 2), dtype=self._kind)
        items = np.repeat(np.arange(count), [len(row) for row in puzzle.forbidden])
        others = np.fromiter(chain.from_iterable(puzzle.forbidden), dtype=np.intp, count=len(items))
        self._above[items, others] = (self.sizes << self._bits)[items]

    @staticmethod
    def takes(puzzle: Puzzle) -> bool:
        """Whether the rule fits the puzzle. It must have no pins and no alignments, so that the rule's packings are
        legal. Items that conflict must share no byte, so that nothing is lost if one lies above the other."""
        if puzzle.pinned or any(alignment > 1 for alignment in puzzle.alignments):
            return False
        return puzzle.plain or all(
            len(whole) == len(row) for whole, row in zip(puzzle.whole, puzzle.forbidden, strict=True)
        )

    def place(self, orders: NDArray[np.int64]) -> NDArray[np.int64]:
        """The offsets of the items. Each row is a packing, for the order of all items in the same row of `orders`."""
        np, kind = self._np, self._kind
        lanes, count = orders.shape
        ranks = np.empty((lanes, count), dtype=kind)
        np.put_along_axis(ranks, orders, np.arange(count, dtype=kind)[None, :], axis=1)
        keys, lifted = ranks.copy(), np.empty_like(ranks)
        offsets: NDArray[Any] = np.empty((lanes, count), dtype=np.int64)
        flat_keys, flat_offsets = keys.reshape(-1), offsets.reshape(-1)
        firsts = np.arange(lanes) * count
        for _ in range(count):
            items = keys.argmin(axis=1)
            at = firsts + items
            offset = flat_keys[at] >> self._bits
            flat_offsets[at] = offset
            np.take(self._above, items, axis=0, out=lifted)
            lifted += (offset << self._bits)[:, None]
            lifted += ranks
            np.maximum(keys, lifted, out=keys)
            flat_keys[at] = self._never
        return offsets
