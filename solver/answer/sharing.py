"""Which buffers share bytes, from their places alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from solver.wire.units import Bytes

Placed = tuple[str, Bytes, Bytes]
"""Full name, start and end in its region of a buffer, or of a part of it that lies apart (named as its buffer)."""


def count_shares(spans: Sequence[tuple[Bytes, Bytes]]) -> int:
    """How many names the lists of one region hold in all, without making them: for each span of bytes, those that start before
    its end, less those that end before its start, less itself."""
    starts, ends = sorted(start for start, _ in spans), sorted(end for _, end in spans)
    return sum(bisect_left(starts, end) for end in ends) - sum(bisect_right(ends, start) + 1 for start in starts)


def sharing(placed: Sequence[Placed]) -> dict[str, tuple[str, ...]]:
    """For each buffer of one region, the sorted names of the others with bytes in common: a sweep over the region."""
    found: dict[str, set[str]] = {name: set() for name, _, _ in placed}
    open_now: list[tuple[Bytes, str]] = []
    for name, start, end in sorted(placed, key=lambda entry: (entry[1], entry[0])):
        open_now = [(until, other) for until, other in open_now if until > start]
        for _, other in open_now:
            if other != name:
                found[name].add(other)
                found[other].add(name)
        open_now.append((end, name))
    return {name: tuple(sorted(others)) for name, others in found.items()}
