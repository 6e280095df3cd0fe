"""Which buffers share bytes, from their places alone."""

from __future__ import annotations

from collections.abc import Iterable

from solver.wire.units import Bytes


def sharing(placed: Iterable[tuple[str, Bytes, Bytes]]) -> dict[str, tuple[str, ...]]:
    """For each (full name, start, end) of one region, the sorted names of those with bytes in common: a sweep over the region."""
    found: dict[str, list[str]] = {}
    open_now: list[tuple[Bytes, str]] = []
    for name, start, end in sorted(placed, key=lambda entry: (entry[1], entry[0])):
        open_now = [(until, other) for until, other in open_now if until > start]
        found[name] = [other for _, other in open_now]
        for other in found[name]:
            found[other].append(name)
        open_now.append((end, name))
    return {name: tuple(sorted(others)) for name, others in found.items()}
