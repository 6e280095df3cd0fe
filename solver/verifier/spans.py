"""Sets of phases as disjoint, sorted, half-open spans, in exact integers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TypeAlias

from warpack.solver.wire.units import Phase

Span: TypeAlias = tuple[Phase, Phase]
"""Phases `[start, end)`."""

Spans: TypeAlias = tuple[Span, ...]
"""Disjoint, sorted spans of which no two touch."""


def merged(spans: Iterable[Span]) -> Spans:
    """The set of all phases in `spans`, which may overlap, touch and come in any order."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return tuple(result)


def common(first: Spans, second: Spans) -> Spans:
    """The phases in both sets."""
    result: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            result.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def covers(spans: Spans, phase: Phase) -> bool:
    """Whether `phase` is in the set."""
    at = bisect_right(spans, phase, key=lambda span: span[0]) - 1
    return at >= 0 and phase < spans[at][1]


def inside(first: Spans, second: Spans) -> bool:
    """Whether every phase of `first` is in `second`."""
    return common(first, second) == first


def without(first: Spans, second: Spans) -> Spans:
    """The phases of the first set that are not in the second."""
    if not second or not first:
        return first
    left: list[Span] = []
    at = 0
    for start, end in first:
        while at < len(second) and second[at][1] <= start:
            at += 1
        here = at
        while here < len(second) and second[here][0] < end:
            if start < second[here][0]:
                left.append((start, second[here][0]))
            start = max(start, second[here][1])
            here += 1
        if start < end:
            left.append((start, end))
    return tuple(left)


def meet(first: Spans, second: Spans) -> bool:
    """Whether some phase is in both sets."""
    i = j = 0
    while i < len(first) and j < len(second):
        if first[i][1] <= second[j][0]:
            i += 1
        elif second[j][1] <= first[i][0]:
            j += 1
        else:
            return True
    return False
