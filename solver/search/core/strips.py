"""Strips, for one no-overlap constraint in each stretch of phases.

A buffer with rows at fixed offsets is several strips that move together. The strips that are occupied in the same
stretch of phases lie one above the other, whatever item they belong to. If this is said in one constraint, and not pair
by pair, a solver sees at once that they do not fit. Pairs that may share bytes (in place, by an alias) are never in the
same constraint.

Only differences in `forbidden` are held apart, whatever the strips say. So a wrong set of strips would be weak, but not
false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from warpack.solver.flatten.pairs import joined
from warpack.solver.search.core.cliques import maximal
from warpack.solver.search.core.puzzle import Gaps, Puzzle

Place = tuple[int, int, int]
"""A strip of an item: the item, the strip's start in it, and the strip's size."""

_MOST_SETS = 16
"""The most sets for one stretch of phases. Each pair that may share bytes doubles their number."""


@dataclass(frozen=True)
class Stacks:
    """All conflicts of a puzzle. `sets`: strips of which no two may share a byte; no set is inside another. `pairs`
    (smaller, larger): items with conflicts that no set has."""

    sets: tuple[tuple[Place, ...], ...]
    pairs: tuple[tuple[int, int], ...]


def stacks_of(puzzle: Puzzle) -> Stacks:
    """All conflicts of a puzzle whose strips are known."""
    apart = _Apart(puzzle)
    found: set[frozenset[Place]] = set()
    for column in columns_of(puzzle).values():
        found.update(apart.split(column))
    sets = tuple(tuple(sorted(one)) for one in maximal(found, key=largest_first))
    held: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for one in sets:
        for p, q in combinations(one, 2):
            if p[0] != q[0]:
                held[p[0], q[0]].append(overlapping(p, q))
    pairs = (
        (i, j)
        for i, row in enumerate(puzzle.forbidden)
        for j, gaps in sorted(row.items())
        if i < j and not _covers(held[i, j], gaps)
    )
    return Stacks(sets, tuple(pairs))


def overlapping(first: Place, second: Place) -> tuple[int, int]:
    """The closed interval of differences of offsets (second minus first) at which two strips share a byte."""
    return first[1] - second[1] - second[2] + 1, first[1] + first[2] - second[1] - 1


def columns_of(puzzle: Puzzle) -> dict[int, list[Place]]:
    """The strips of each stretch of phases (a bit of their `times`), in the items' order. If stretches have the same
    strips, only the first is given."""
    columns: defaultdict[int, list[Place]] = defaultdict(list)
    for item, strips in enumerate(puzzle.strips):
        for start, size, times in strips:
            while times and size:
                lowest = times & -times
                columns[lowest].append((item, start, size))
                times ^= lowest
    first: dict[tuple[Place, ...], int] = {}
    for bit in sorted(columns):
        first.setdefault(tuple(columns[bit]), bit)
    return {bit: list(column) for column, bit in first.items()}


class _Apart:
    """Whether two strips may never share a byte. Answers are cached."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._forbidden = puzzle.forbidden
        self._known: dict[tuple[Place, Place], bool] = {}

    def split(self, column: list[Place]) -> Iterator[frozenset[Place]]:
        """Sets of the column's strips of which no two may share a byte. For every two items that may share bytes, there
        are sets without the one and sets without the other."""
        sharing = sorted({(p[0], q[0]) for p, q in combinations(column, 2) if not self._never(p, q)})
        sets = [column]
        for i, j in sharing:
            after: list[list[Place]] = []
            for number, one in enumerate(sets):
                items = {place[0] for place in one}
                if i not in items or j not in items:
                    after.append(one)
                    continue
                after.append([place for place in one if place[0] != i])
                if len(after) + len(sets) - number <= _MOST_SETS:
                    after.append([place for place in one if place[0] != j])
            sets = after
        return (frozenset(one) for one in sets if len(one) > 1)

    def _never(self, first: Place, second: Place) -> bool:
        if first[0] == second[0]:
            return True
        pair = (first, second)
        if pair not in self._known:
            low, high = overlapping(first, second)
            gaps = self._forbidden[first[0]].get(second[0], ())
            self._known[pair] = any(start <= low and high <= end for start, end in gaps)
        return self._known[pair]


def largest_first(places: frozenset[Place]) -> tuple[int, list[Place]]:
    """A sort key that puts larger sets first."""
    return -len(places), sorted(places)


def _covers(held: list[tuple[int, int]], gaps: Gaps) -> bool:
    """Whether each gap lies in the union of the intervals."""
    whole = joined(held)
    return all(any(low <= start and end <= high for low, high in whole) for start, end in gaps)
