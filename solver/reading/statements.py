"""Reads lifetimes: lists of intervals, none of which begins inside another."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import Any

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import spelled
from warpack.solver.reading.free_arms import warn_of_free_arms
from warpack.solver.reading.intervals import Held, held, read_interval
from warpack.solver.wire.manifest import Interval, Lifetime


def read_lifetime(clock: Clock, value: Any, pointer: str) -> Lifetime | None:
    """Sorted by start; None (and problems) where it is not a lifetime."""
    if not isinstance(value, list):
        clock.collector.wrong_type(pointer, value, "a list of intervals")
        return None
    if clock.sound and not clock.timeline.branches and (plain := _plain(value, clock.timeline.length)) is not None:
        return plain
    read = [read_interval(clock, one, f"{pointer}/{index}") for index, one in enumerate(value)]
    intervals = [interval for interval in read if interval is not None]
    if len(intervals) < len(read):
        return None
    if clock.sound and len(intervals) > 1:
        all_held = [held(clock.tree, interval) for interval in intervals]
        if not _begin_outside(clock, value, pointer, all_held) or not _enter_loops_once(
            clock, value, pointer, all_held
        ):
            return None
    if clock.sound:
        warn_of_free_arms(clock, intervals, value, pointer)
    return tuple(sorted(intervals))


def _plain(values: list[Any], length: int) -> Lifetime | None:
    """The quick case: intervals in indices that neither wrap nor overlap, as nearly all are. None for anything else,
    right or wrong."""
    found = []
    for value in values:
        if type(value) is not list or len(value) != 2:
            return None
        start, end = value
        if not (type(start) is int and type(end) is int and 0 <= start < end <= length):
            return None
        found.append(Interval(start, end))
    if len(found) > 1:
        found.sort()
        if any(one.end > other.start for one, other in pairwise(found)):
            return None
    return tuple(found)


def _begin_outside(clock: Clock, values: list[Any], pointer: str, all_held: list[Held]) -> bool:
    begins = sorted((one.interval.start, index) for index, one in enumerate(all_held))
    starts = [start for start, _ in begins]
    for index, one in enumerate(all_held):
        for number, (start, end) in enumerate(one.spans):
            low, high = bisect_left(starts, start), bisect_left(starts, end)
            if high - low <= (number == 0):  # the first span starts with the interval's own beginning
                continue
            other = next(other for _, other in begins[low:high] if other != index)
            message = (
                f"The interval {spelled(values[other])} begins inside {spelled(values[index])}: contents that are still needed would be "
                "written over. Let the one end before the other begins (they may touch), or make one interval of them: it may be "
                "rewritten in each of its phases."
            )
            clock.collector.error("overlapping-intervals", f"{pointer}/{max(index, other)}", message)
            return False
    return True


def _enter_loops_once(clock: Clock, values: list[Any], pointer: str, all_held: list[Held]) -> bool:
    """Two intervals may both hold the first phases of a loop: one that enters the loop from outside, and one that wraps
    round it. The back edge carries the second there anyway."""
    wrapped = [(index, one) for index, one in enumerate(all_held) if one.loop is not None]
    if not wrapped:
        return True
    entries = sorted(
        (start, end, index)
        for index, one in enumerate(all_held)
        for start, end in one.spans
        if one.loop is None or start != one.loop.start
    )
    starts = [start for start, _, _ in entries]
    reach = list(accumulate(((end, index) for _, end, index in entries), max))
    for index, one in wrapped:
        if one.loop is None:
            continue
        head = one.loop.start
        up_to = bisect_left(starts, head + 1)
        if up_to == 0 or reach[up_to - 1][0] <= head:
            continue
        other = reach[up_to - 1][1]
        first = all_held[other].interval
        longer = max(first.end, one.interval.end) if first.start < first.end <= one.loop.end else first.end
        offer = [clock.spell(first.start, longer - 1, values[other])]
        offer.append(clock.spell(one.interval.start, one.loop.end - 1, values[index]))
        message = (
            f"The intervals {spelled(values[other])} and {spelled(values[index])} both hold the first phase of the loop "
            f"{one.loop.structure.shown}: the loop's edge carries the second into it by itself. Write "
            f"{', '.join(offer if other < index else offer[::-1])}."
        )
        clock.collector.error("overlapping-intervals", f"{pointer}/{max(index, other)}", message)
        return False
    return True
