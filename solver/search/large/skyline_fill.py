"""Packs very many plain intervals: best fit on a skyline (Burke, Kendall and Whitwell 2004). The lowest valley is
filled first, and gaps are kept out of nearly full phases.

The skyline is a row of segments, each with one height. The lowest segment takes the unplaced item inside it that covers
the most scarcity. If no item fits, the segment rises to its lower neighbour. The room that a phase may still waste is
always known: the target, minus its height, minus its items still to come. The less room is left, the scarcer is the
phase. So gaps come to lie in phases with room for them. Each item is placed once, and never moved.
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
"""Steps between two looks at the clock."""

_FLOOR, _FAINTEST = 0.003, -500.0
"""The scarcity of a phase with unlimited room, and the least exponent that is told from it."""

_NARROW = 100
"""In a segment of at most so many columns a plain list shows whether any item fits; in a wider one, arrays do."""

_WALL = 1 << 62
"""Higher than any packing."""

_SORTED_OUT = 0.5
"""When this part of the listed items has been placed, the list is made anew."""


class Manner(NamedTuple):
    """How a filling chooses items. `spare`: the room, as a part of the target, that makes a phase e times less scarce.
    `above`: the target as a multiple of the bound. `height`: the worth of an item is multiplied by this power of its
    bytes."""

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
"""The first makes fillings that are lowered with the least effort. For very many items there is time for this one
alone."""


@dataclass(frozen=True)
class IntervalField:
    """Plain intervals as arrays. Item i takes `sizes[i]` bytes in the columns `[starts[i], ends[i])`, at a multiple of
    `alignments[i]`, above the column's `ground` in bytes. `load` has the bytes of each column's items and ground.

    A column is left out if a neighbour has all its items: items that meet in it also meet in the neighbour."""

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
        """The field of these intervals, without columns that a neighbour covers."""
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
        )  # columns with something that the one before does not have
        less = numpy.concatenate((ground[1:] < ground[:-1], [True]))
        more[starts] = less[ends - 1] = True
        until = less.nonzero()[0]
        kept = until[numpy.diff(more.cumsum()[until], prepend=0) > 0]
        number = numpy.searchsorted(kept, numpy.arange(len(ground) + 1))
        return cls(number[starts], number[ends], size, alignments, ground[kept], load[kept])

    @property
    def bound(self) -> Bytes:
        """The lower bound: the load of the fullest column."""
        return int(self.load.max())


def fill(field: IntervalField, manner: Manner, give_up_above: Bytes, stop: Stop) -> list[Bytes] | None:
    """The offsets of all items. None if an item would end above `give_up_above`, or if `stop` came first."""
    return _Filling(field, manner).run(give_up_above, stop)


class _Filling:
    """One filling. By the first column of a segment, `level` has its height, `right` its end, and `left` the first
    column of the segment before. By column, `waiting` has the sorted ends of the items still to place that start there,
    and `soonest` the first of them. A wall stands beyond the last column, which is also before the first."""

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
        """Lists the items still to place by their first column. `first[c]` is where those of column c begin."""
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
        """The position in the list of the item to place into the segment; -1 if none fits. It covers the most scarcity,
        and leaves little room beside it."""
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
        """Joins the segment with its lower neighbour, or with both. The bytes between are wasted."""
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
        """Cuts the item's columns out of the segment, and joins them with neighbours of the same height."""
        if last < end:
            self._segment(last, end, height)
        elif self._level[end] == top:
            last = self._right[end]
        if first > start:
            self._segment(start, first, height)
        elif self._level[self._left[start]] == top:
            self._level[start], first = -1, self._left[start]
        self._segment(first, last, top)
