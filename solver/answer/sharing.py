"""Which buffers share bytes, from their places alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from warpack.solver.wire.units import Bytes

Placed = tuple[str, Bytes, Bytes]
"""Full name, start and end in its region of a buffer, or of a part of it that lies apart (named as its buffer)."""


def at_most_shares(most: int, regions: Iterable[Sequence[tuple[Bytes, Bytes]]]) -> bool:
    """Whether the lists of all regions together hold at most so many names. The lists themselves are not made."""
    known = list(regions)
    if sum(len(spans) ** 2 for spans in known) <= most:
        return True  # even if every one shared bytes with all others
    total = 0
    for spans in known:
        starts, ends = sorted([start for start, _ in spans]), sorted([end for _, end in spans])
        for start, end in spans:
            total += bisect_left(starts, end) - bisect_right(ends, start) - 1
            if total > most:
                return False
    return True


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
