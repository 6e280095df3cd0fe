"""A model to prove that items do not fit, if offsets are few: every offset of every item is a boolean.

In each stretch of phases, at most one of the booleans that occupy a row of the region may be true. Such a set is made
maximal: every place that conflicts with all its members joins it, also of items in other stretches. The linear
relaxation of these sets is strong. If it has no point, there is no packing; often that needs no branch. A set does not
depend on where its row lies, so it is made once and used for all rows.

Conflicts in no set are left out. So if the model is impossible, the puzzle is. If the model is possible, that proves
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from warpack.solver.search.core.cliques import maximal
from warpack.solver.search.core.normal_patterns import anywhere
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.strips import columns_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Place = tuple[int, int]
"""An item, and how far its offset lies above a row. This is 0 or less, because the item covers the row."""


class Positions:
    """The model of a puzzle whose items each fit into `capacity` by themselves. Every packing is a solution of it."""

    def __init__(self, puzzle: Puzzle, capacity: int) -> None:
        from ortools.sat.python import cp_model

        self.model = cp_model.CpModel()
        self._chosen: list[dict[int, cp_model.IntVar]] = []
        for item in range(puzzle.count):
            offsets = _bits(anywhere(puzzle, item, capacity))
            self._chosen.append({offset: self.model.new_bool_var("") for offset in offsets})
            self.model.add_exactly_one(self._chosen[-1].values())
        for places in exclusions(puzzle):
            for row in range(capacity):
                self._exclude((item, row + shift) for item, shift in places)

    def _exclude(self, positions: Iterable[tuple[int, int]]) -> None:
        chosen = [self._chosen[item][offset] for item, offset in positions if offset in self._chosen[item]]
        if len(chosen) > 1:
            self.model.add_at_most_one(chosen)

    def offsets(self, solution: Sequence[int]) -> list[int]:
        """The offsets of the items in a solution (the values of all variables)."""
        return [next(at for at, chosen in of_item.items() if solution[chosen.index]) for of_item in self._chosen]


def exclusions(puzzle: Puzzle) -> list[list[Place]]:
    """Sets of places of which at most one may be taken, for any row. There is a set for each stretch of phases: the
    places that occupy a row in it, and all that conflict with these. No set lies in another."""
    conflicts = _Conflicts(puzzle)
    found = {
        frozenset(_bits(conflicts.extended(*start)))
        for column in columns_of(puzzle).values()
        for start in conflicts.started(column)
    }
    kept = maximal(found, key=lambda numbers: (-len(numbers), sorted(numbers, reverse=True)))
    return [[conflicts.places[number] for number in sorted(one)] for one in kept]


class _Conflicts:
    """All places of a puzzle, numbered, with their conflicts."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._puzzle = puzzle
        self.places = [(item, shift) for item, size in enumerate(puzzle.sizes) for shift in range(1 - size, 1)]
        self._number = {place: number for number, place in enumerate(self.places)}
        self._against = [self._conflicting(item, shift) for item, shift in self.places]
        """For each place, the bit set of the places that it conflicts with."""

    def _conflicting(self, item: int, shift: int) -> int:
        first, size = self._number[item, 0] + 1, self._puzzle.sizes[item]
        against = ((1 << size) - 1) << (first - size) & ~(1 << self._number[item, shift])
        for other, gaps in self._puzzle.forbidden[item].items():
            last, lowest = self._number[other, 0], 1 - self._puzzle.sizes[other]
            for low, high in gaps:
                start, end = max(low + shift, lowest), min(high + shift, 0)
                if start <= end:
                    against |= ((1 << (end - start + 1)) - 1) << (last + start)
        return against

    def started(self, column: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
        """Sets with all places that may occupy a row of a column, each with the places that may join it. There is one
        set if no two of these places may share bytes."""
        left = [
            self._number[item, shift] for item, start, size in column for shift in range(1 - start - size, 1 - start)
        ]
        while left:
            chosen, joining, rest = 0, -1, []
            for number in left:
                if joining >> number & 1:
                    chosen |= 1 << number
                    joining &= self._against[number]
                else:
                    rest.append(number)
            yield chosen, joining
            left = rest

    def extended(self, chosen: int, joining: int) -> int:
        """The set extended by places that may join. The place that leaves most of the others joins first."""
        while joining > 0:
            best = max(_bits(joining), key=lambda number: (self._against[number] & joining).bit_count())
            chosen |= 1 << best
            joining &= self._against[best]
        return chosen


def _bits(places: int) -> Iterator[int]:
    while places:
        lowest = places & -places
        yield lowest.bit_length() - 1
        places ^= lowest
