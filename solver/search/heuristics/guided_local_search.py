"""Guided local search at a fixed capacity: items may overlap, and pairs that keep overlapping get larger weights.

Every item lies within the capacity from the start. An item that overlaps others moves to the offset with the least
weight, which is the sum over the pairs that it would overlap there. Then the items that it overlaps move in turn. If no
move helps, the weight of each overlapping pair grows by one, so that the search cannot stay there. (Voudouris and Tsang
1999; for packing, Faroe, Pisinger and Zachariasen 2003; all weights grow at once, as in the breakout method of Morris
1993.) If the bound is out of reach, this packs hundreds of items far smaller than first fit or CP-SAT. It proves
nothing. Its effort is counted in *looks*: one look weighs all offsets of one item.

Each item has a row with a number for each offset: the change of the weight from the offset before. A move changes two
places in the row of each conflicting item. The running sum of a row gives the weights of all offsets at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING

from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ASK_EVERY = 64
_MOST_CELLS = 1 << 24
"""Items times capacity. More would make rows of more than 64 MiB."""


class GuidedLocalSearch:
    """One search for a packing within `capacity` units, which every call continues."""

    @staticmethod
    def takes(puzzle: Puzzle, capacity: int) -> bool:
        """Whether the search takes this puzzle: without pins, and with not too many offsets."""
        return puzzle.count * (capacity + 2) <= _MOST_CELLS and not puzzle.pinned

    def __init__(self, puzzle: Puzzle, capacity: int, *, seed: int, start: Sequence[int] = ()) -> None:
        """`start` are offsets to begin with, which are moved into the capacity. Without any, large items are placed
        where they overlap least. Every item must fit by itself."""
        import numpy as np  # takes 0.1 s, and most sets never need it

        self.capacity = capacity
        self._random = Random(seed)  # noqa: S311 - the same seed has to give the same layout
        self._sum, self._later, self._absolute = np.add.accumulate, np.maximum, np.absolute
        sizes, count = puzzle.sizes, puzzle.count
        self._width = capacity + 2
        self._ends = [capacity - size + 1 for size in sizes]
        self._steps = puzzle.alignments
        self._cells: NDArray[np.int32] = np.zeros(count * self._width, dtype=np.int32)
        self._rows = [self._cells[i * self._width : i * self._width + end] for i, end in enumerate(self._ends)]
        self._weighed = [np.empty(end, dtype=np.int32) for end in self._ends]
        self._places = [weighed[::step] for weighed, step in zip(self._weighed, self._steps, strict=True)]
        gaps = [[(j, low, high) for j, row in sorted(rows.items()) for low, high in row] for rows in puzzle.forbidden]
        self._others = [np.array([gap[0] for gap in one], dtype=np.int64) for one in gaps]
        self._number: list[dict[int, list[int]]] = [{} for _ in gaps]
        for numbers, one in zip(self._number, gaps, strict=True):
            for n, (other, _, _) in enumerate(one):
                numbers.setdefault(other, []).append(n)
        # a difference is outside a gap if its double is at least this far from the sum of the gap's ends
        self._sums = [np.array([low + high for _, low, high in one], dtype=np.int64) for one in gaps]
        self._reach = [np.array([high - low + 1 for _, low, high in one], dtype=np.int64) for one in gaps]
        # where the item at offset 0 makes the weights of the others rise, and where they fall again
        self._edges = [
            np.array([*(low for _, low, _ in one), *(high + 1 for _, _, high in one)], dtype=np.int64) for one in gaps
        ]
        self._bases = [np.concatenate((others, others)) * self._width for others in self._others]
        self._weights = [
            np.concatenate((np.ones(len(others), dtype=np.int32), -np.ones(len(others), dtype=np.int32)))
            for others in self._others
        ]
        # marks of one pair may fall into one cell where it has several gaps or one that ends below: they are added one
        # by one
        self._meeting = any(
            len(numbers) < len(one) or any(high < 0 for _, _, high in one)
            for numbers, one in zip(self._number, gaps, strict=True)
        )
        self._add, self._subtract = np.add.at, np.subtract.at
        nowhere = -2 * capacity
        self._doubles: NDArray[np.int64] = np.full(count, 4 * nowhere, dtype=np.int64)  # twice the offset of each item
        self._offsets = [nowhere] * count
        self._marks: list[NDArray[np.int64] | None] = [None] * count
        self._meets: list[set[int]] = [set() for _ in range(count)]
        self._settled = True
        self._queue: deque[int] = deque()
        self._lay(puzzle, start)

    @property
    def offsets(self) -> tuple[int, ...]:
        """The offsets of the items, in their order. They are a packing once nothing overlaps."""
        return tuple(self._offsets)

    def search(self, looks: int, stop: Stop) -> bool:
        """Searches for about `looks` looks. Returns whether nothing overlaps any longer. May raise Stopped."""
        queued = bytearray(len(self._rows))
        for item in self._queue:
            queued[item] = 1
        queue, meets, offsets = self._queue, self._meets, self._offsets
        random = self._random.random
        while looks > 0:
            if not queue:
                overlapping = [item for item, others in enumerate(meets) if others]
                if not overlapping:
                    return True
                if not self._settled:
                    self._grow(overlapping)
                self._settled = False
                self._random.shuffle(overlapping)
                queue.extend(overlapping)
                for item in overlapping:
                    queued[item] = 1
            item = queue.popleft()
            queued[item] = 0
            if not meets[item]:
                continue
            looks -= 1
            if looks % _ASK_EVERY == 0:
                stop.check()
            weighed, places = self._sum(self._rows[item], out=self._weighed[item]), self._places[item]
            number = int(places.argmin())
            least, now = places[number], weighed[offsets[item]]
            beyond = int(random() * len(places))
            later = beyond + int(places[beyond:].argmin())
            place = (later if places[later] == least else number) * self._steps[item]
            if place == offsets[item]:
                continue
            self._move(item, place, alone=not least)
            if least < now:
                for other in meets[item]:
                    if not queued[other]:
                        queued[other] = 1
                        queue.append(other)
        return not any(meets)

    def _lay(self, puzzle: Puzzle, start: Sequence[int]) -> None:
        if start:
            for item, offset in enumerate(start):
                last = (self._ends[item] - 1) // self._steps[item] * self._steps[item]
                self._move(item, min(offset, last))
            return
        spans = [max(1, stretch.bit_count()) for stretch in puzzle.stretches] or [len(row) for row in puzzle.forbidden]
        for item in sorted(range(puzzle.count), key=lambda i: (-spans[i] * puzzle.sizes[i], i)):
            self._sum(self._rows[item], out=self._weighed[item])
            self._move(item, int(self._places[item].argmin()) * self._steps[item])

    def _move(self, item: int, offset: int, *, alone: bool = False) -> None:
        """Moves the item to `offset`. `alone`: nothing overlaps it there."""
        cells, weights, before = self._cells, self._weights[item], self._marks[item]
        marks = self._later(self._edges[item] + offset, 0)
        marks += self._bases[item]
        if self._meeting:
            if before is not None:
                self._subtract(cells, before, weights)
            self._add(cells, marks, weights)
        else:
            if before is not None:
                cells[before] -= weights
            cells[marks] += weights
        self._marks[item] = marks
        self._offsets[item] = offset
        self._doubles[item] = 2 * offset
        meets = self._meets
        for other in meets[item]:
            meets[other].discard(item)
        meets[item] = set() if alone else self._overlapped(item, offset)
        for other in meets[item]:
            meets[other].add(item)

    def _overlapped(self, item: int, offset: int) -> set[int]:
        others = self._others[item]
        apart = self._doubles.take(others)
        apart -= self._sums[item]
        apart -= 2 * offset
        self._absolute(apart, apart)
        return set(others[apart < self._reach[item]].tolist())

    def _grow(self, overlapping: Iterable[int]) -> None:
        """Raises the weight of every overlapping pair."""
        cells = self._cells
        for item in overlapping:
            number, weights, marks = self._number[item], self._weights[item], self._marks[item]
            if marks is None:
                continue
            half = len(self._others[item])
            for other in self._meets[item]:
                for at in number[other]:
                    weights[at] += 1
                    weights[half + at] -= 1
                    cells[marks[at]] += 1
                    cells[marks[half + at]] -= 1
