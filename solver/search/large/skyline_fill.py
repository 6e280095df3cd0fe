"""Packing very many plain intervals: the lowest valley of the skyline is filled first, sparing the phases that are
nearly full (best fit on a skyline, after Burke, Kendall and Whitwell 2004).

The skyline is a row of segments of equal height. The lowest takes the unplaced item inside it that covers most of what
is scarce there, or rises to its lower neighbour where none fits. The room that a phase can still waste is known at
every moment (the target, less what stands there and what is still to come), and phases weigh the more the less of it
they have left: so gaps come to lie where there is room for them. One choice an item, and never a second look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import exp
from typing import Any, NamedTuple

from warpack.solver.search.core.stop import Stop
from warpack.solver.wire.units import Bytes

_ASK_EVERY = 256
"""Steps between two questions whether to stop."""

_FLOOR, _FAINTEST = 0.003, -500.0
"""The weight of a phase with all the room in the world, and the least exponent that is told from it."""

_NARROW = 100
"""Up to so many columns a segment is asked by a plain list whether any item fits at all, beyond that by arrays."""

_WALL = 1 << 62
"""Higher than any packing."""

_SORTED_OUT = 0.5
"""Once this part of the items on the list has been placed, the list is written anew."""


class Manner(NamedTuple):
    """How one filling chooses. `spare`: the room, as a part of the target, that makes a phase e times less scarce.
    `above`: the target as a multiple of the bound. `height`: the power of an item's bytes that its worth is multiplied
    with."""

    spare: float
    above: float
    height: float


MANNERS = (
    Manner(0.012, 1.0, 0.0),
    Manner(0.006, 1.008, 0.0),
    Manner(0.006, 1.008, 0.15),
    Manner(0.003, 1.0, 0.0),
    Manner(0.006, 1.0, 0.15),
    Manner(0.01, 1.004, 0.05),
    Manner(0.003, 1.008, 0.1),
)
"""The first leaves what is lowered with the least effort; that one filling is all there is time for where items are
very many."""


@dataclass(frozen=True)
class IntervalField:
    """Plain intervals as arrays: item i takes `sizes[i]` bytes in the columns `[starts[i], ends[i])`, at a multiple of
    `alignments[i]`, above `ground` (bytes, for each column). `load` is what the items need in each column, ground and
    all.

    Columns are kept only where no neighbour holds all that they hold: whoever meets there meets in the neighbour
    too."""

    starts: Any
    ends: Any
    sizes: Any
    alignments: Sequence[Bytes]
    ground: Any
    load: Any

    @classmethod
    def of(
        cls, spans: Sequence[tuple[int, int]], sizes: Sequence[Bytes], alignments: Sequence[Bytes], ground: Any
    ) -> IntervalField:
        import numpy

        starts = numpy.array([start for start, _ in spans], dtype=numpy.int64)
        ends = numpy.array([end for _, end in spans], dtype=numpy.int64)
        size = numpy.array(sizes, dtype=numpy.int64)
        change = numpy.zeros(len(ground) + 1, dtype=numpy.int64)
        numpy.add.at(change, starts, size)
        numpy.subtract.at(change, ends, size)
        load = ground + change.cumsum()[:-1]
        more = numpy.concatenate(
            ([True], ground[1:] > ground[:-1])
        )  # what one column may hold and the one before may not
        less = numpy.concatenate((ground[1:] < ground[:-1], [True]))
        more[starts] = less[ends - 1] = True
        until = less.nonzero()[0]
        kept = until[numpy.diff(more.cumsum()[until], prepend=0) > 0]
        number = numpy.searchsorted(kept, numpy.arange(len(ground) + 1))
        return cls(number[starts], number[ends], size, alignments, ground[kept], load[kept])

    @property
    def bound(self) -> Bytes:
        return int(self.load.max())


def fill(field: IntervalField, manner: Manner, give_up_above: Bytes, stop: Stop) -> list[Bytes] | None:
    """Offsets of all items; None once one would end above `give_up_above`, or where `stop` came first."""
    return _Filling(field, manner).run(give_up_above, stop)


class _Filling:
    """One pass. `level`, `right` and `left` are of the segments by their first column: height, end, and first column of
    the segment before. `waiting` are the ends of the items still to place by their first column, sorted, and `soonest`
    the first of each. Beyond the last column, which is before the first as well, stands a wall."""

    def __init__(self, field: IntervalField, manner: Manner) -> None:
        import numpy

        self._numpy = numpy
        self._field = field
        self._width = width = len(field.ground)
        target = manner.above * field.bound
        self._tau = manner.spare * target
        exponents = numpy.maximum((field.load - target) / self._tau, _FAINTEST)
        self._scarcity = numpy.exp(numpy.minimum(exponents, 0.0))
        self._ramp = _FLOOR * numpy.arange(1, width + 1)
        self._worth = None if not manner.height else field.sizes.astype(numpy.float64) ** manner.height
        order = numpy.lexsort((field.ends, field.starts))
        self._list(order)
        ends = field.ends[order].tolist()
        self._waiting = [ends[low:high] for low, high in pairwise(self._first)]
        self._soonest = [one[0] if one else width + 1 for one in self._waiting]
        self._level = [*[0] * width, _WALL]
        self._right, self._left = [0] * width, [-1] * (width + 1)
        self._heap: list[tuple[Bytes, int]] = []
        edges = [0, *(numpy.flatnonzero(numpy.diff(field.ground)) + 1).tolist(), width]
        for start, end in pairwise(edges):
            self._segment(start, end, int(field.ground[start]))
        heapify(self._heap)

    def _list(self, items: Any) -> None:
        """The items still to place, by their first column; `first[c]` is where those of column c begin."""
        numpy, field = self._numpy, self._field
        self._items = items
        self._starts, self._ends = field.starts[items], field.ends[items].copy()
        self._first = numpy.searchsorted(self._starts, numpy.arange(self._width + 1)).tolist()
        self._gone = 0

    def _segment(self, start: int, end: int, level: Bytes) -> None:
        self._level[start], self._right[start], self._left[end] = level, end, start
        heappush(self._heap, (level, start))

    def run(self, give_up_above: Bytes, stop: Stop) -> list[Bytes] | None:
        field, level, right = self._field, self._level, self._right
        sizes, alignments = field.sizes.tolist(), field.alignments
        offsets = [-1] * len(sizes)
        left_over, steps = len(sizes), 0
        while left_over:
            height, start = heappop(self._heap)
            end = right[start]
            if level[start] != height or self._left[end] != start:
                continue
            steps += 1
            if steps % _ASK_EVERY == 0 and stop.now():
                return None
            place = self._best(start, end)
            if place < 0:
                self._raise(start, end, height)
                continue
            item = int(self._items[place])
            offset = height if height % alignments[item] == 0 else height + -height % alignments[item]
            top = offset + sizes[item]
            if top > give_up_above:
                return None
            offsets[item] = offset
            first, last = int(self._starts[place]), int(self._ends[place])
            if offset > height:
                self._waste(first, last, offset - height)
            self._ends[place] = self._width + 1
            waiting = self._waiting[first]
            waiting.remove(last)
            self._soonest[first] = waiting[0] if waiting else self._width + 1
            self._gone += 1
            left_over -= 1
            self._put(start, end, height, first, last, top)
            if self._gone > 64 and self._gone > _SORTED_OUT * len(self._items):
                self._list(self._items[self._ends <= self._width])
        return offsets

    def _best(self, start: int, end: int) -> int:
        """The place in the list of the item to lay into a segment: it covers much that is scarce, and leaves little
        beside it; -1 where none fits."""
        if end - start <= _NARROW and min(self._soonest[start:end]) > end:
            return -1
        low, high = self._first[start], self._first[end]
        numpy = self._numpy
        ends = self._ends[low:high]
        inside = (ends <= end).nonzero()[0]
        if len(inside) < 2:
            return low + inside.item() if len(inside) else -1
        scarce = numpy.empty(end - start + 1)
        scarce[0] = 0.0
        self._scarcity[start:end].cumsum(out=scarce[1:])
        scarce[1:] += self._ramp[: end - start]
        before = scarce[self._starts[low:high][inside] - start]
        until = scarce[ends[inside] - start]
        value = until - before
        if self._worth is not None:
            value *= self._worth[self._items[low:high][inside]]
        value -= numpy.minimum(before, scarce[-1] - until)
        best: int = low + inside[value.argmax()].item()
        return best

    def _raise(self, start: int, end: int, height: Bytes) -> None:
        """The segment becomes one with its lower neighbour, or with both: what lies between is wasted."""
        before = self._left[start]
        lower, upper = self._level[before], self._level[end]
        level = min(lower, upper)
        self._waste(start, end, level - height)
        if upper == level:
            end = self._right[end]
        if lower == level:
            self._level[start], start = -1, before
        self._segment(start, end, level)

    def _waste(self, start: int, end: int, lost: Bytes) -> None:
        scarcity = self._scarcity[start:end]
        scarcity *= exp(min(lost / self._tau, 600.0))
        self._numpy.minimum(scarcity, 1.0, out=scarcity)

    def _put(self, start: int, end: int, height: Bytes, first: int, last: int, top: Bytes) -> None:
        """Cuts the item's columns out of the segment, and joins them to neighbours of their new height."""
        if last < end:
            self._segment(last, end, height)
        elif self._level[end] == top:
            last = self._right[end]
        if first > start:
            self._segment(start, first, height)
        elif self._level[self._left[start]] == top:
            self._level[start], first = -1, self._left[start]
        self._segment(first, last, top)
