"""A timeline while lifetimes are read against it: phases by name or index, intervals in either spelling."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from solver.flatten.lifetimes import unwrapped
from solver.flatten.loops import Loops
from solver.reading.collector import Collector, show
from solver.wire.manifest import Interval, Lifetime, Timeline
from solver.wire.units import Phase


class Clock:
    """`sound` is False where the timeline itself was wrong: intervals are then not held against it."""

    def __init__(self, collector: Collector, timeline: Timeline, *, sound: bool = True) -> None:
        self.timeline = timeline
        self.sound = sound
        self.loops = Loops(timeline.loops)
        self._collector = collector
        names = timeline.names
        self._index = {} if names is None else {name: index for index, name in enumerate(names)}

    @property
    def names(self) -> Iterable[str]:
        return self._index

    def phase(self, value: Any, pointer: str) -> Phase | None:
        """The index of one phase, given by index or by name."""
        if type(value) is int:
            if 0 <= value < self.timeline.length:
                return value
            if self.sound:
                last = self.timeline.length - 1
                message = f"There is no phase {show(value)}: the timeline's phases are 0 to {last}."
                self._collector.error("unknown-phase", pointer, message)
        elif isinstance(value, str):
            if value in self._index:
                return self._index[value]
            if self.sound:
                hint = self._collector.hint(value, self._index)
                if not self._index:
                    hint = " The timeline gives a length and no names."
                self._collector.error("unknown-phase", pointer, f"There is no phase {show(value)}.{hint}")
        else:
            self._collector.wrong_type(pointer, value, "a phase: its name or its index")
        return None

    def interval(self, value: Any, pointer: str) -> Interval | None:
        """`[start, end)` in indices, or `["first", "last"]` in names."""
        if not isinstance(value, list) or len(value) != 2:
            self._collector.wrong_type(
                pointer, value, 'an interval: [start, end) in indices or ["first", "last"] in names'
            )
            return None
        start, end = value
        if type(start) is int and type(end) is int:
            return self._of_indices(start, end, pointer)
        if isinstance(start, str) and isinstance(end, str):
            first, last = self.phase(start, f"{pointer}/0"), self.phase(end, f"{pointer}/1")
            if first is None or last is None:
                return None
            return self._wrapped(Interval(first, last + 1), pointer) if last < first else Interval(first, last + 1)
        for index, one in enumerate(value):
            if type(one) is not int and not isinstance(one, str):
                self._collector.wrong_type(f"{pointer}/{index}", one, "a phase: its name or its index")
        if type(start) in (int, str) and type(end) in (int, str):
            message = "An interval's ends must both be indices, or both be names."
            self._collector.error("mixed-interval", pointer, message)
        return None

    def _of_indices(self, start: int, end: int, pointer: str) -> Interval | None:
        if not self.sound:
            return None
        length = self.timeline.length
        if 0 <= start < end <= length:
            return Interval(start, end)
        if start == end:
            message = f"The interval [{show(start)}, {show(end)}) is empty: the end must lie after the start."
            self._collector.error("empty-interval", pointer, message)
        elif not 0 <= start < length or not 0 < end <= length:
            message = f"The interval [{show(start)}, {show(end)}) leaves the timeline of {length} phases."
            self._collector.error("interval-outside-timeline", pointer, message)
        else:
            return self._wrapped(Interval(start, end), pointer)
        return None

    def _wrapped(self, interval: Interval, pointer: str) -> Interval | None:
        if not self.sound:
            return None
        if self.loops.to_wrap(*interval) is None:
            message = (
                f"The interval [{interval.start}, {interval.end}) ends before it starts, and no loop holds both ends "
                "for it to wrap round."
            )
            self._collector.error("wrap-without-loop", pointer, message)
            return None
        return interval

    def lifetime(self, value: Any, pointer: str) -> Lifetime | None:
        """A list of intervals that do not overlap; None (and problems) where it is not one. Sorted by start."""
        if not isinstance(value, list):
            self._collector.wrong_type(pointer, value, "a list of intervals")
            return None
        if len(value) == 1 and (alone := self._plain(value[0])) is not None:  # nearly all are
            return (alone,)
        read = [self.interval(one, f"{pointer}/{index}") for index, one in enumerate(value)]
        intervals = [interval for interval in read if interval is not None]
        if len(intervals) < len(read):
            return None
        if len(intervals) > 1 and not self._disjoint(intervals, pointer):
            return None
        return tuple(sorted(self._once_round(intervals)))

    def _plain(self, value: Any) -> Interval | None:
        """`[start, end)` in indices that does not wrap; None for anything else, right or wrong."""
        if type(value) is list and len(value) == 2 and self.sound:
            start, end = value
            if type(start) is int and type(end) is int and 0 <= start < end <= self.timeline.length:
                return Interval(start, end)
        return None

    def _disjoint(self, intervals: list[Interval], pointer: str) -> bool:
        spans = sorted(
            (*span, index) for index, interval in enumerate(intervals) for span in unwrapped(self.loops, (interval,))
        )
        for before, after in pairwise(spans):
            if after[0] < before[1]:
                first, second = sorted((before[2], after[2]))
                message = (
                    f"The intervals {list(intervals[first])} and {list(intervals[second])} of one lifetime overlap: "
                    "contents that are still needed would be written over. They may touch."
                )
                self._collector.error("overlapping-intervals", f"{pointer}/{second}", message)
                return False
        return True

    def _once_round(self, intervals: list[Interval]) -> list[Interval]:
        """One that goes once right round its loop cannot be told from an empty one in indices: it becomes two."""
        whole: list[Interval] = []
        for interval in intervals:
            loop = self.loops.to_wrap(*interval) if interval.start == interval.end else None
            if loop is None:
                whole.append(interval)
            else:
                whole += [Interval(interval.start, loop[1]), Interval(loop[0], interval.end)]
        return whole
