"""Pinned items in each other's way. Nothing else leaves a region without a packing, however large it may be."""

from __future__ import annotations

from warpack.solver.search.core.puzzle import Puzzle


class PinsCollide(ValueError):
    """Pinned items leave no packing. Either two of them may not both lie where they are pinned, or all of them together
    leave no room for windows. `items` are their numbers in the problem."""

    def __init__(self, *items: int) -> None:
        self.items = items
        super().__init__(f"pinned items {', '.join(map(str, items))} leave no packing")


def check_pins(puzzle: Puzzle) -> None:
    """Raises PinsCollide if the pins alone break a rule."""
    for i in puzzle.pinned:
        for j, gaps in puzzle.forbidden[i].items():
            pin_i, pin_j = puzzle.pins[i], puzzle.pins[j]
            if pin_i is not None and pin_j is not None and any(low <= pin_j - pin_i <= high for low, high in gaps):
                raise PinsCollide(min(i, j), max(i, j))
