"""Warm start: an earlier layout's offsets, repaired for a region that may have changed since.

Known buffers keep their places, as far as the rules still allow it. Buffers that are new, have grown or are in the way
of another go to the lowest free place, the largest first. If placing all buffers anew in this order saves bytes, that
is done too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.conflicts import special_pairs, unit_of
from warpack.solver.search.core.offsets import lowest_between
from warpack.solver.search.core.spans import apart_partners, occupied_spans
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.large.first_fit import Meetings, blocked_by
from warpack.solver.wire.units import Bytes

_ASK_EVERY = 64
"""Items that are placed between two looks at the clock."""


def repaired(problem: RegionProblem, placed: Mapping[str, Bytes], stop: Stop) -> Sequence[Bytes] | None:
    """A packing that keeps as many as possible of the offsets in `placed`. These are by name of the buffer, or of the
    part if parts lie apart. The packing is legal if the pins are, but windows are ignored. None if nothing of the
    region is known, or if `stop` came first."""
    wanted = [_wanted(problem, number, placed) for number in range(len(problem.items))]
    if all(offset is None for offset in wanted):
        return None
    placing = _Placing(problem, stop)
    kept = placing.run(wanted)
    if kept is None:
        return None
    by_place = sorted(range(len(kept)), key=lambda number: (kept[number], number))
    lifted = placing.run([None] * len(kept), by_place)
    best = lifted if lifted is not None and _top(problem, lifted) < _top(problem, kept) else kept
    unit = unit_of(problem)
    return [offset // unit * unit for offset in best]  # still legal, and whole units as the searches need them


def _wanted(problem: RegionProblem, number: int, placed: Mapping[str, Bytes]) -> Bytes | None:
    item = problem.items[number]
    if item.name in placed:
        return placed[item.name]
    return placed[item.buffer] + item.start_bytes if item.buffer in placed else None


def _top(problem: RegionProblem, offsets: Sequence[Bytes]) -> Bytes:
    return max(offset + item.size_bytes for offset, item in zip(offsets, problem.items, strict=True))


class _Placing:
    """Places the items of one region, one after another: each at its wanted offset, or at the lowest free one."""

    def __init__(self, problem: RegionProblem, stop: Stop) -> None:
        self._problem, self._stop = problem, stop
        self._spans = occupied_spans(problem)
        self._special, self._partners = special_pairs(problem), apart_partners(problem)
        self._length = max((end for one in self._spans for _, end in one), default=0)

    def run(self, wanted: Sequence[Bytes | None], order: Sequence[int] | None = None) -> list[Bytes] | None:
        """Places pinned items first, then items with a wanted offset, from the bottom up. Then come the others, in
        `order`, or the largest first. None if `stop` came first."""
        items = self._problem.items
        numbers = range(len(items))
        pinned = [i for i in numbers if items[i].pinned_offset_bytes is not None]
        loose = [i for i in order or numbers if items[i].pinned_offset_bytes is None]
        known = sorted((i for i in loose if wanted[i] is not None), key=lambda i: (wanted[i] or 0, i))
        others = [i for i in loose if wanted[i] is None]
        offsets, meetings = [-1] * len(items), Meetings(self._length)
        waiting: list[int] = []
        for count, i in enumerate((*pinned, *known)):
            if count % _ASK_EVERY == 0 and self._stop.now():
                return None
            offset = items[i].pinned_offset_bytes
            if offset is None:
                offset = wanted[i] or 0
                if offset % items[i].alignment_bytes or self._taken(i, offset, offsets, meetings):
                    waiting.append(i)
                    continue
            offsets[i] = offset
            meetings.add(i, self._spans[i])
        waiting += others
        if order is None:
            waiting.sort(key=lambda i: (-items[i].size_bytes, i))
        for count, i in enumerate(waiting):
            if count % _ASK_EVERY == 0 and self._stop.now():
                return None
            offsets[i] = lowest_between(self._blocked(i, offsets, meetings), items[i].alignment_bytes)
            meetings.add(i, self._spans[i])
        return offsets

    def _taken(self, item: int, offset: Bytes, offsets: Sequence[Bytes], meetings: Meetings) -> bool:
        return any(low <= offset <= high for low, high in self._blocked(item, offsets, meetings))

    def _blocked(self, item: int, offsets: Sequence[Bytes], meetings: Meetings) -> list[tuple[Bytes, Bytes]]:
        others = meetings.meeting(self._spans[item])
        others.update(other for other in self._partners.get(item, ()) if offsets[other] >= 0)
        return blocked_by(self._problem, self._special, item, others, offsets)
