"""A case: a puzzle prepared for the strategies. It has the core that a reduction leaves, in its largest unit, and turns
packings of the core into packings of the whole."""

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
    """A puzzle that has no packing below `least` units. `core` is the part to search, counted in `unit` units; with
    `hulls` it is the whole puzzle. `lost`: a packing of the core was found that gave no packing of the whole. The
    search loop resets it."""

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
        # A capacity helps to take out few plain intervals, and stacking does better with all of them.
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
        """Whether strips are known and some conflict forbids some differences only, so that items have rigid rows."""
        puzzle = self.puzzle
        return bool(puzzle.strips) and any(
            len(whole) < len(row) for whole, row in zip(puzzle.whole, puzzle.forbidden, strict=True)
        )

    def shared(self, make: Callable[[Case], Made]) -> Made:
        """The result of `make` for this case, which is made once. Strategies share work by it."""
        if make not in self._shared:
            self._shared[make] = make(self)
        return self._shared[make]  # type: ignore[return-value]  # the value that `make` returned

    def room(self, capacity: int) -> int:
        """The capacity of the core, if that of the whole is `capacity`."""
        return (capacity - self.reduced.bottom) // self.unit

    def core_top(self, top: int) -> int:
        """The top of the core that belongs to `top`. If the reduction is exact, packings of the core below it are
        packings of the whole below `top`."""
        return -(-(top - self.reduced.bottom) // self.unit)

    def too_large(self, capacity: int) -> bool:
        """Whether some item of the core is larger than the core's capacity."""
        room = self.room(capacity)
        return room < 0 or any(size > room for size in self.core.sizes)

    def carried_over(self, core: Sequence[int]) -> list[int]:
        """A packing of the core as one of the whole. If the reduction is not exact, the items are placed by first fit
        in the order of their offsets."""
        whole = self.reduced.restore(self.puzzle, [offset * self.unit for offset in core])
        if self.reduced.exact:
            return whole
        order = sorted(range(self.puzzle.count), key=lambda i: (whole[i], i))
        return list(FirstFit(self.puzzle).run(order).offsets)


def _unreduced(puzzle: Puzzle) -> Reduced:
    return Reduced(puzzle, tuple(range(puzzle.count)), (), 0, 0, (), exact=True)
