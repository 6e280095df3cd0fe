"""The warning `other_arms_free`: the author of an interval with one end inside an arm may have meant all phases between
its ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import spelled
from warpack.solver.reading.intervals import left_out
from warpack.solver.reading.structures import Node
from warpack.solver.wire.manifest import Interval, Span
from warpack.solver.wire.units import Phase

ARMS_NAMED = 4


def warn_of_free_arms(clock: Clock, intervals: list[Interval], values: list[Any], pointer: str) -> None:
    """One warning for each interval that leaves out arms in which no other interval of the lifetime begins. `values`:
    the intervals as they were written."""
    if not clock.timeline.branches:
        return
    begun = _Begun(sorted(interval.start for interval in intervals))
    for index, interval in enumerate(intervals):
        arms: list[str] = []
        for branch, span in left_out(clock.tree, interval):
            for arm in begun.others(branch, span):
                arms.append(arm.structure.shown)
                if len(arms) > ARMS_NAMED:
                    break
            if len(arms) > ARMS_NAMED:
                break
        if arms:
            named = ", ".join(arms[:ARMS_NAMED]) + (", …" if len(arms) > ARMS_NAMED else "")
            message = (
                f"The interval {spelled(values[index])} has an end inside an arm of a branch, so that it does not hold the other arms "
                f"({named}): what lies in the same bytes may be written there. Where contents are kept in them too, begin and end the "
                "interval outside the branch."
            )
            clock.collector.warn("other_arms_free", f"{pointer}/{index}", message)


class _Begun:
    """The arms in which intervals of one lifetime begin, by branch."""

    def __init__(self, starts: list[Phase]) -> None:
        self._starts = starts
        self._known: dict[int, tuple[list[int], list[int]]] = {}

    def others(self, branch: Node, span: Span) -> Iterator[Node]:
        """The arms inside the span in which no interval begins; consecutive arms in which one begins are skipped."""
        arms = branch.children or []
        numbers, lags = self._numbers(branch, arms)
        number, end = _first_arm(arms, span[0]), _first_arm(arms, span[1])
        while number < end:
            at = bisect_left(numbers, number)
            if at < len(numbers) and numbers[at] == number:
                number += bisect_right(lags, lags[at]) - at
            else:
                yield arms[number]
                number += 1

    def _numbers(self, branch: Node, arms: list[Node]) -> tuple[list[int], list[int]]:
        """The numbers of the branch's arms in which an interval begins; and for each of these, its number less its
        place in this list."""
        known = self._known.get(id(branch))
        if known is None:
            inside = self._starts[bisect_left(self._starts, branch.start) : bisect_left(self._starts, branch.end)]
            numbers = sorted({_first_arm(arms, start + 1) - 1 for start in inside})
            known = self._known[id(branch)] = numbers, [number - place for place, number in enumerate(numbers)]
        return known


def _first_arm(arms: list[Node], phase: Phase) -> int:
    """The number of the first arm that starts at or after the phase."""
    return bisect_left(arms, phase, key=lambda arm: arm.start)
