"""Ejection chains (Glover 1996). In a packing of very many items, the few that end above a target are placed lower.

Such an item goes to the offset below the target where the items that it overlaps have the least cost in sum. These
items are ejected, and are placed elsewhere in the same manner, the most costly first. An item is cheap if its phases
have room to spare, because it is easy to place again. So chains lead from the fullest phases to emptier ones, and end
there. If a chain does not end within some steps, it is undone back to where the least was out of place. The cost of an
item grows each time it is placed, so that no chain repeats itself. The effort is in proportion to what ends above the
target, not to the packing, because pairs are looked up only along a chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from warpack.solver.search.core.stop import Stop
from warpack.solver.search.large.skyline_fill import IntervalField
from warpack.solver.wire.units import Bytes

_NEARLY_FULL, _ROOMY = 0.02, 0.003
"""A phase is e times cheaper for each such part of the bound that it has free; and the cost of an empty phase."""

_CHAIN = 100
"""The most items that one chain places."""

_DEARER = 1.1
"""The factor by which an item's cost grows each time it is placed."""

_LOOK = 500
"""The effort of placing an item without neighbours. Each neighbour adds one."""

_STEP = 0.8
"""The default `step` of `EjectionChains`."""

_APART = 256
"""Live items are kept for every so many columns."""

_KEPT = 1 << 22
"""The most neighbours that are kept, for all items together."""

_OUT = -(1 << 60)
"""The offset of an ejected item. It meets nothing there."""

_Step = tuple[int, int]
"""An item, and the offset that it had."""


class EjectionChains:
    """A packing of a field, which is changed in place. `offsets` are legal at the beginning and after every call.
    `step` is the part of the distance to the bound that the next target leaves. `dearness` is a factor on the cost of
    each item."""

    def __init__(
        self,
        field: IntervalField,
        offsets: Sequence[Bytes],
        *,
        step: float = _STEP,
        dearness: Sequence[float] | None = None,
    ) -> None:
        import numpy

        self._numpy, self._field = numpy, field
        self._low = numpy.array(offsets, dtype=numpy.int64)
        self._high = self._low + field.sizes
        self._by_start = numpy.argsort(field.starts, kind="stable")
        self._starts = field.starts[self._by_start]
        bound = field.bound
        scarcity = numpy.exp(numpy.maximum((field.load - bound) / (_NEARLY_FULL * bound), -500.0)) + _ROOMY
        until = numpy.concatenate(([0.0], scarcity.cumsum()))
        self._cost = field.sizes * (until[field.ends] - until[field.starts])
        self._weight = self._cost * (1.0 if dearness is None else numpy.array(dearness))
        self._step = step
        self._live: dict[int, Any] = {}
        self._others: dict[int, Any] = {}
        self._kept = self._effort = 0

    @property
    def offsets(self) -> list[Bytes]:
        """The offsets of the items, in bytes."""
        found: list[Bytes] = self._low.tolist()
        return found

    @property
    def top(self) -> Bytes:
        """The end of the highest item."""
        return int(self._high.max())

    def approach(self, target: Bytes, effort: int, stop: Stop) -> None:
        """Lowers the packing step by step, until it reaches `target` or the bound, about `effort` is spent, or `stop`
        says so."""
        self._effort = effort
        bound = self._field.bound
        target = max(target, bound)
        while self.top > target and self._effort > 0:
            if not self._lower(max(target, bound + int(self._step * (self.top - bound))), stop):
                break

    def _lower(self, target: Bytes, stop: Stop) -> bool:
        """Tries to lower all items to `target`, and returns whether that worked. If not, the packing is no higher than
        before."""
        before, top = self._low.copy(), self.top
        out = set(self._numpy.flatnonzero(self._high > target).tolist())
        for item in out:
            self._move(item, _OUT)
        while out:
            for item in sorted(out, key=lambda i: (self._cost[i], i)):
                if self._effort <= 0 or stop.now():
                    self._lay_on_top(out)
                    if self.top >= top:
                        self._low = before
                        self._high = before + self._field.sizes
                    return False
                if item in out:
                    self._chain(item, target, out)
        return True

    def _chain(self, first: int, target: Bytes, out: set[int]) -> None:
        """Places one of the items that are `out`, and then the items that it ejects."""
        cost, weight = self._cost, self._weight
        steps: list[_Step] = []
        waiting = [(-weight[first].item(), first)]
        owed = least = cost[first].item()
        kept = laid = 0
        while waiting and laid < _CHAIN:
            laid += 1
            _, item = heappop(waiting)
            weight[item] *= _DEARER
            others = self._meeting(item)
            self._effort -= _LOOK + len(others)
            offset, overlapped = self._cheapest(item, others, target)
            if offset is None:
                break
            steps.append((item, _OUT))
            self._move(item, offset)
            owed -= cost[item].item()
            for other in overlapped:
                steps.append((other, self._low[other].item()))
                self._move(other, _OUT)
                owed += cost[other].item()
                heappush(waiting, (-weight[other].item(), other))
            if not waiting or owed < 0.999 * least:
                least, kept = owed, len(steps)
        for item, offset in reversed(steps[kept:]):
            self._move(item, offset)
        for item in {first, *(item for item, _ in steps)}:
            if self._low[item] == _OUT:
                out.add(item)
            else:
                out.discard(item)

    def _move(self, item: int, offset: Bytes) -> None:
        self._low[item] = offset
        self._high[item] = _OUT if offset == _OUT else offset + self._field.sizes[item]

    def _cheapest(self, item: int, others: Any, target: Bytes) -> tuple[Bytes | None, list[int]]:
        """The lowest offset where the item overlaps nothing, or else the offset where it overlaps the least cost; and
        the items that it overlaps."""
        numpy = self._numpy
        size, alignment, ground = self._needs(item)
        low, high, weight = self._low[others], self._high[others], self._weight[others]
        by_low, by_high = low.argsort(), high.argsort()
        lows, highs = low[by_low], high[by_high]
        above, below = numpy.concatenate(([ground], highs)), numpy.concatenate((lows, [target])) - size
        if alignment > 1:
            above += -above % alignment
            below -= below % alignment
        offsets = numpy.concatenate((above, below))
        offsets = offsets[(offsets >= ground) & (offsets <= target - size)]
        if not len(offsets):
            return None, []
        begun, over = numpy.searchsorted(lows, offsets + size), numpy.searchsorted(highs, offsets, side="right")
        free = offsets[begun == over]
        if len(free):
            return int(free.min()), []
        begun_weight = numpy.concatenate(([0.0], weight[by_low].cumsum()))
        over_weight = numpy.concatenate(([0.0], weight[by_high].cumsum()))
        offset = int(offsets[(begun_weight[begun] - over_weight[over]).argmin()])
        return offset, others[(low < offset + size) & (high > offset)].tolist()

    def _needs(self, item: int) -> tuple[Bytes, Bytes, Bytes]:
        """The item's bytes, its alignment, and the lowest offset above the ground."""
        field = self._field
        ground = int(field.ground[field.starts[item] : field.ends[item]].max())
        return int(field.sizes[item]), field.alignments[item], ground

    def _meeting(self, item: int) -> Any:
        """The items that are live together with this one."""
        numpy, field = self._numpy, self._field
        others = self._others.get(item)
        if others is None:
            start, end = int(field.starts[item]), int(field.ends[item])
            column = start - start % _APART
            if column not in self._live:
                self._live[column] = numpy.flatnonzero((field.starts <= column) & (field.ends > column))
            first, last = numpy.searchsorted(self._starts, (column + 1, end))
            others = numpy.concatenate((self._live[column], self._by_start[first:last]))
            others = others[(field.ends[others] > start) & (others != item)]
            self._kept += len(others)
            if self._kept > _KEPT:
                self._others, self._live, self._kept = {}, {}, len(others)
            self._others[item] = others
        return others

    def _lay_on_top(self, out: set[int]) -> None:
        """Places every item at the lowest offset where it overlaps nothing, the largest first."""
        numpy = self._numpy
        for item in sorted(out, key=lambda i: (-self._field.sizes[i], i)):
            size, alignment, ground = self._needs(item)
            others = self._meeting(item)
            by_low = self._low[others].argsort()
            highs = numpy.maximum.accumulate(numpy.concatenate(([ground], self._high[others][by_low])))
            lows = numpy.concatenate((self._low[others][by_low], [1 << 60]))
            highs += -highs % alignment
            self._move(item, int(highs[(lows - highs >= size).argmax()]))
