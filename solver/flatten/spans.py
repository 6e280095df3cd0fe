"""Sets of phases as sorted, disjoint, half-open spans: union, intersection, membership.

On long timelines spans keep a set small; a bit mask of 100,000 phases per buffer would be large. On short timelines a
mask is faster to test, so `meet` chooses by length.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from warpack.solver.flatten.problem import Phases
from warpack.solver.wire.units import Phase

Span = tuple[Phase, Phase]

MASKS_UP_TO = 2048
"""Sets whose last phase lies below this are compared as bit masks."""

NO_PHASES = Phases()


def phases_of(spans: Iterable[Span]) -> Phases:
    """The set that these spans cover together; they may come in any order, touch and overlap. Empty ones are
    dropped."""
    ordered = sorted(spans)
    merged: list[Span] = []
    for start, end in ordered:
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return Phases(tuple(merged)) if merged else NO_PHASES


def meet(a: Phases, b: Phases) -> bool:
    """Whether the two sets have a phase in common."""
    first, second = a.spans, b.spans
    if not first or not second or first[-1][1] <= second[0][0] or second[-1][1] <= first[0][0]:
        return False
    if first[-1][1] <= MASKS_UP_TO and second[-1][1] <= MASKS_UP_TO:
        return a.mask & b.mask != 0
    if len(first) > len(second):
        first, second = second, first
    starts = None
    if len(second) > 8 * len(first):
        starts = [span[0] for span in second]
    if starts is not None:
        return any(_touches(start, end, second, starts) for start, end in first)
    return bool(_common(first, second, only_first=True))


def intersection(a: Phases, b: Phases) -> Phases:
    return Phases(tuple(_common(a.spans, b.spans)))


def difference(a: Phases, b: Phases) -> Phases:
    """The phases of `a` that are not in `b`."""
    left: list[Span] = []
    cuts = b.spans
    index = 0
    for start, end in a.spans:
        while index < len(cuts) and cuts[index][1] <= start:
            index += 1
        at, cursor = index, start
        while at < len(cuts) and cuts[at][0] < end:
            if cuts[at][0] > cursor:
                left.append((cursor, cuts[at][0]))
            cursor = max(cursor, cuts[at][1])
            at += 1
        if cursor < end:
            left.append((cursor, end))
    return Phases(tuple(left))


def within(a: Phases, b: Phases) -> bool:
    """Whether every phase of `a` is in `b`."""
    return not difference(a, b)


def holds(spans: Sequence[Span], phase: Phase) -> bool:
    """Whether the phase lies in one of the spans."""
    index = bisect_right(spans, (phase, 1 << 62)) - 1
    return index >= 0 and phase < spans[index][1]


def _touches(start: Phase, end: Phase, spans: Sequence[Span], starts: list[Phase]) -> bool:
    index = bisect_right(starts, start) - 1
    if index >= 0 and spans[index][1] > start:
        return True
    return index + 1 < len(spans) and spans[index + 1][0] < end


def _common(first: Sequence[Span], second: Sequence[Span], *, only_first: bool = False) -> list[Span]:
    found: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
            if only_first:
                break
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return found
