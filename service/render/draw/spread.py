"""Labels beside one another in a line: each as near to where it belongs as their distance allows."""

from __future__ import annotations

from collections.abc import Sequence


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions for labels that belong at `wanted` (rising), at least `gap` apart and from `low` to `high`. The sum of
    the squares of the distances to where they belong is the least possible. They must have room: `(n - 1) * gap` is at
    most `high - low`."""
    blocks: list[tuple[float, int]] = []  # the mean of where the first of each block belongs, and its labels
    for number, at in enumerate(wanted):
        mean, count = at - number * gap, 1
        while blocks and blocks[-1][0] >= mean:
            before, many = blocks.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        blocks.append((mean, count))
    most = high - max(0, len(wanted) - 1) * gap
    starts = [min(max(mean, low), max(low, most)) for mean, count in blocks for _ in range(count)]
    return [start + number * gap for number, start in enumerate(starts)]
