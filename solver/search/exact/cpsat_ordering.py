"""A model to prove that items do not fit. It says which strip lies above which, and bounds the idle room below each.

For every gap of forbidden differences, one boolean says on which side of it a pair lies. So any two strips that are
occupied at the same time are ordered. A column has all strips that are occupied at one time. In a nearly full column
the order almost says where a strip lies: at the sum of the strips below it, plus at most the idle room of the column.
This is stated as one sum for each strip of each such column. With it, CP-SAT sees at once that an order is impossible;
bounds of single pairs or a no-overlap constraint would need thousands of conflicts. Columns that share items share
booleans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from warpack.solver.search.core.puzzle import Gaps, Puzzle
from warpack.solver.search.core.strips import Place, Stacks, overlapping
from warpack.solver.search.core.symmetry import keep_in_order

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_FULL = 0.5
"""Only columns that are filled to at least this part get sums. Emptier ones only cost time; with fewer columns some
cores take more conflicts."""


class Orders:
    """The booleans of a model, one for each gap. `possible` is False as soon as a pair or a column has no place."""

    def __init__(self, model: cp_model.CpModel, puzzle: Puzzle, offsets: Sequence[Any], capacity: int) -> None:
        self._model, self._puzzle, self._offsets, self._capacity = model, puzzle, offsets, capacity
        self._above: dict[tuple[int, int], list[Any]] = {}
        self.possible = True

    def keep_apart(self, chains: Iterable[tuple[int, int]]) -> None:
        """Adds every forbidden difference. In each pair of `chains`, the first item lies no higher than the second."""
        puzzle, model, offsets = self._puzzle, self._model, self._offsets
        ordered = set(chains)
        keep_in_order(model, puzzle, offsets, sorted(ordered))
        for i, row in enumerate(puzzle.forbidden):
            for j, gaps in sorted(row.items()):
                if i < j:
                    lowest = 0 if (i, j) in ordered else (puzzle.pins[j] or 0) - self._highest(i)
                    self._above[i, j] = self._sides(i, j, gaps, lowest, self._highest(j) - (puzzle.pins[i] or 0))

    def _highest(self, item: int) -> int:
        pin = self._puzzle.pins[item]
        return self._capacity - self._puzzle.sizes[item] if pin is None else pin

    def _sides(self, i: int, j: int, gaps: Gaps, lowest: int, highest: int) -> list[Any]:
        """For each gap, whether j lies above it: a boolean of the model, or a constant if only one side is possible."""
        model, difference = self._model, self._offsets[j] - self._offsets[i]
        sides: list[Any] = []
        for low, high in gaps:
            below, above = low > lowest, high < highest
            if below and above:
                side: Any = model.new_bool_var("")
                model.add(difference > high).only_enforce_if(side)
                model.add(difference < low).only_enforce_if(~side)
                if sides and not isinstance(sides[-1], bool):
                    model.add_implication(side, sides[-1])
            elif above:
                side = True
                model.add(difference > high)
            else:
                side = False
                self.possible = self.possible and below
                model.add(difference < low)
            sides.append(side)
        return sides

    def fill(self, stacks: Stacks) -> None:
        """Bounds the idle room below each strip of the columns that are nearly full."""
        for one in stacks.sets:
            load = sum(size for _, _, size in one)
            if load > self._capacity:
                self.possible = False
            elif load >= _FULL * self._capacity:
                for place in one:
                    self._bound_idle(place, one, self._capacity - load)

    def _bound_idle(self, place: Place, column: Sequence[Place], idle: int) -> None:
        """Bounds the start of `place`: at least the sum of the strips below it, and at most `idle` more."""
        from ortools.sat.python import cp_model

        item, start, _ = place
        terms, sizes, beneath = [self._offsets[item]], [1], 0
        for other in column:
            if other == place:
                continue
            if other[0] == item:
                beneath += other[2] if other[1] < start else 0
                continue
            number, mirrored = self._side(other, place)
            side = self._above[(item, other[0]) if mirrored else (other[0], item)][number]
            if isinstance(side, bool):
                beneath += other[2] if side != mirrored else 0
                continue
            terms.append(side)
            sizes.append(other[2] if mirrored else -other[2])
            beneath += other[2] if mirrored else 0
        lowest = beneath - start
        self._model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(terms, sizes), lowest, lowest + idle)

    def _side(self, lower: Place, upper: Place) -> tuple[int, bool]:
        """The gap that tells whether `upper` lies above `lower`, and on which of its sides it then is: True for the
        lower side, if the items' order is the other way round."""
        mirrored = lower[0] > upper[0]
        first, second = (upper, lower) if mirrored else (lower, upper)
        low, high = overlapping(first, second)
        gaps = self._puzzle.forbidden[first[0]][second[0]]
        return next(n for n, (start, end) in enumerate(gaps) if start <= low and high <= end), mirrored
