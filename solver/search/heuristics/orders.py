"""Orders for first fit: rules that do well on real buffer sets, disturbed rules, and small changes of the best
order."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from warpack.solver.search.core.puzzle import Puzzle

_NOISE = 0.4
"""The largest part by which a rule's values are disturbed."""

_SHIFTED, _SHIFT, _PATIENCE = 0.3, 3.0, 150
"""Of a climb: the part of the items that a step shifts; the standard deviation of a shift, in places; and the steps
without a better packing before it begins anew."""


def rule_orders(puzzle: Puzzle) -> Iterator[list[int]]:
    """Orders with the largest items first, by several meanings of large. Ties are broken by the items' numbers."""
    sizes, count = puzzle.sizes, puzzle.count
    met = [sum(sizes[j] for j in row) for row in puzzle.forbidden]
    rigid = [len({gaps for gaps in row.values() if len(gaps) > 1}) > 0 for row in puzzle.forbidden]
    degree = [len(row) for row in puzzle.forbidden]
    rules = (
        lambda i: (met[i] + sizes[i], sizes[i]),
        lambda i: (sizes[i], met[i]),
        lambda i: (met[i], sizes[i]),
        lambda i: (rigid[i], sizes[i], met[i]),
        lambda i: (puzzle.alignments[i], met[i] + sizes[i]),
        lambda i: (sizes[i] * met[i], sizes[i]),
        lambda i: (degree[i], sizes[i]),
    )
    seen: set[tuple[int, ...]] = set()
    for rule in rules:
        order = sorted(range(count), key=rule, reverse=True)
        if tuple(order) not in seen:
            seen.add(tuple(order))
            yield order


def disturbed_orders(puzzle: Puzzle, random: Random) -> Iterator[list[int]]:
    """Endless orders with the largest items first: by bytes, by area (bytes times stretches), and by bytes times the
    conflicting bytes. Each value is disturbed by chance."""
    sizes, items = puzzle.sizes, range(puzzle.count)
    lengths = [max(1, stretch.bit_count()) for stretch in puzzle.stretches] or [1] * puzzle.count
    met = [sizes[i] + sum(sizes[j] for j in puzzle.forbidden[i]) for i in items]
    rules = (
        list(sizes),
        [size * length for size, length in zip(sizes, lengths, strict=True)],
        [sizes[i] * met[i] for i in items],
    )
    while True:
        for rule in rules:
            value = [size * random.uniform(1 - _NOISE, 1 + _NOISE) for size in rule]
            yield sorted(items, key=value.__getitem__, reverse=True)


class Climb:
    """Endless orders by hill climbing. A climb begins with a disturbed rule, and each next order is near its best one.
    After each `order`, call `came_to` with the top of its packing."""

    def __init__(self, puzzle: Puzzle, random: Random) -> None:
        self._items, self._random = range(puzzle.count), random
        self._beginnings = disturbed_orders(puzzle, random)
        self._kept: list[float] = []
        self._tried: list[float] = []
        self._top, self._idle = 0, 0

    def order(self) -> list[int]:
        """The next order to try."""
        random = self._random
        if not self._kept:
            self._tried = [0.0] * len(self._items)
            for place, item in enumerate(next(self._beginnings)):
                self._tried[item] = float(place)
        else:
            self._tried = [
                place + random.gauss(0.0, _SHIFT) if random.random() < _SHIFTED else place for place in self._kept
            ]
        return sorted(self._items, key=self._tried.__getitem__)

    def came_to(self, top: int) -> None:
        """Tells the top of the packing along the last order."""
        begun = not self._kept
        self._idle = 0 if begun or top < self._top else self._idle + 1
        if begun or top <= self._top:
            self._kept, self._top = self._tried, top
        if self._idle >= _PATIENCE:
            self._kept = []


def moved(order: list[int], random: Random) -> list[int]:
    """The order with one item moved to another place."""
    changed = list(order)
    changed.insert(random.randrange(len(changed)), changed.pop(random.randrange(len(changed))))
    return changed
