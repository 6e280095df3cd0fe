"""One puzzle as the strategies find it: what a reduction leaves, in its largest unit, and how to come back to the
whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.windows import Hull
from warpack.solver.search.preprocess.coarsening import coarsened
from warpack.solver.search.preprocess.reduction import Reduced, reduce

Made = TypeVar("Made")


class Case:
    """A puzzle of which no packing below `least` units is possible. `core` is what has to be searched for, counted in
    `unit` units: with `hulls` the whole puzzle. `lost`: whether a packing of the core was none of the whole, since this
    was last set."""

    def __init__(
        self,
        puzzle: Puzzle,
        least: int,
        *,
        seed: int,
        hulls: Sequence[Hull] = (),
        without: frozenset[str] = frozenset(),
        reduced: Reduced | None = None,
    ) -> None:
        self.puzzle, self.least, self.seed = puzzle, least, seed
        self.hulls, self.without = tuple(hulls), without
        # of plain intervals little goes for a capacity, and the orders in which they are stacked are better left whole
        self.reduced = reduced or reduce(puzzle, relaxed=True, capacity=least if self.has_rows else None)
        self.core, self.unit = coarsened(self.reduced.puzzle)
        if hulls:
            self.core, self.unit = puzzle, 1
            self.reduced = replace(_unreduced(puzzle), bound=self.reduced.bound, bound_items=self.reduced.bound_items)
        self.lost = False
        self._shared: dict[Callable[[Case], object], object] = {}

    def unreduced(self) -> Case:
        """The same puzzle with nothing taken out."""
        return Case(self.puzzle, self.least, seed=self.seed, without=self.without, reduced=_unreduced(self.puzzle))

    @cached_property
    def has_rows(self) -> bool:
        """Whether the items' strips are known, and tell more than whether two items are in each other's way."""
        puzzle = self.puzzle
        return bool(puzzle.strips) and any(
            len(whole) < len(row) for whole, row in zip(puzzle.whole, puzzle.forbidden, strict=True)
        )

    def shared(self, make: Callable[[Case], Made]) -> Made:
        """What `make` makes of this case, made once: for strategies that go on with one another's work."""
        if make not in self._shared:
            self._shared[make] = make(self)
        return self._shared[make]  # type: ignore[return-value]  # the value that `make` gave

    def room(self, capacity: int) -> int:
        """The capacity of the core, where that of the whole is `capacity`."""
        return (capacity - self.reduced.bottom) // self.unit

    def core_top(self, top: int) -> int:
        """Packings of the core below it are packings of the whole below `top`, where the reduction is exact."""
        return -(-(top - self.reduced.bottom) // self.unit)

    def too_large(self, capacity: int) -> bool:
        """Whether some item of the core is larger than what `capacity` leaves for it."""
        room = self.room(capacity)
        return room < 0 or any(size > room for size in self.core.sizes)

    def carried_over(self, core: Sequence[int]) -> list[int]:
        """A packing of the core as one of the whole: exactly where the reduction is exact, else by first fit in its
        order."""
        whole = self.reduced.restore(self.puzzle, [offset * self.unit for offset in core])
        if self.reduced.exact:
            return whole
        order = sorted(range(self.puzzle.count), key=lambda i: (whole[i], i))
        return list(FirstFit(self.puzzle).run(order).offsets)


def _unreduced(puzzle: Puzzle) -> Reduced:
    return Reduced(puzzle, tuple(range(puzzle.count)), (), 0, 0, (), exact=True)
