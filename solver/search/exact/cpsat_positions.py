"""A model to prove with that items do not fit where offsets are few: every offset of every item is a boolean.

In each stretch of phases at most one of the booleans that would occupy a row of the space may be chosen. Such a set is
made as large as it goes: whatever conflicts with all of its members joins it, also items of other stretches. The linear
relaxation of these sets is strong; where it has no point there is no packing, often without a single branch. Since it
does not matter to a set how far up its row lies, a set is worked out once and used for all rows.

Conflicts that no set holds are left out: what is impossible without them is impossible, what is possible says nothing.
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
"""An item, and how far above a row its offset lies (0 or less: it reaches from its offset past the row)."""


class Positions:
    """The model of a puzzle all of whose items fit into `capacity` one by one. Its solutions hold every packing."""

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
        """Where the items are in a solution (the values of all variables)."""
        return [next(at for at, chosen in of_item.items() if solution[chosen.index]) for of_item in self._chosen]


def exclusions(puzzle: Puzzle) -> list[list[Place]]:
    """Sets of places of which no two may be taken, whatever the row: for each stretch of phases what occupies a row in
    it, and all else that conflicts with that; none lies in another."""
    conflicts = _Conflicts(puzzle)
    found = {
        frozenset(_bits(conflicts.extended(*start)))
        for column in columns_of(puzzle).values()
        for start in conflicts.started(column)
    }
    kept = maximal(found, key=lambda numbers: (-len(numbers), sorted(numbers, reverse=True)))
    return [[conflicts.places[number] for number in sorted(one)] for one in kept]


class _Conflicts:
    """All places of a puzzle, numbered, and which of them conflict."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._puzzle = puzzle
        self.places = [(item, shift) for item, size in enumerate(puzzle.sizes) for shift in range(1 - size, 1)]
        self._number = {place: number for number, place in enumerate(self.places)}
        self._against = [self._conflicting(item, shift) for item, shift in self.places]
        """For each place, a bit set of those that it conflicts with."""

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
        """Sets that hold all of what may occupy a row of a column, each with what may join it; one set where no two
        share."""
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
        """With all that may join, first what leaves most of the others."""
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
