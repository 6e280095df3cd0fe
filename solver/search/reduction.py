"""Items that can be taken out before the search.

An item that may share no byte with any other one can be moved to the bottom: whatever lay below it moves up by its size,
and nothing else changes. So it is taken out, the capacity shrinks by its size, and the same is tried again. An item that
conflicts with nothing that is left can lie anywhere and is taken out too.

Moving items by `size` keeps their alignment only where each alignment divides it. In a *relaxed* reduction the alignments of
the rest are weakened to what survives the move: a packing of what is left may then be none of the whole, but where what is
left has no packing, the whole has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

from solver.search.puzzle import Puzzle, Strip


@dataclass(frozen=True)
class Reduced:
    """`puzzle` holds the items `kept` (numbers in the puzzle before). `taken` are the items at the bottom and `free` those
    that conflict with nothing left: `steps` has both in order, as (item, whether it goes to the bottom). `bottom` is the sum of
    the taken sizes; no packing of the whole is smaller than `bound`, the bytes of `bound_items`. `exact`: a packing of
    `puzzle` is always one of the whole."""

    puzzle: Puzzle
    kept: tuple[int, ...]
    steps: tuple[tuple[int, bool], ...]
    bottom: int
    bound: int
    bound_items: tuple[int, ...]
    exact: bool

    @property
    def taken(self) -> tuple[int, ...]:
        return tuple(item for item, at_bottom in self.steps if at_bottom)

    def restore(self, sizes: Sequence[int], pins: Sequence[int | None], offsets: Sequence[int]) -> list[int]:
        """Offsets of the whole from those of what is left (for an exact reduction)."""
        placed = dict(zip(self.kept, offsets, strict=True))
        for item, at_bottom in reversed(self.steps):
            if at_bottom:
                placed = {other: offset + sizes[item] for other, offset in placed.items()}
            placed[item] = (pins[item] or 0) if not at_bottom else 0
        return [placed[item] for item in range(len(sizes))]


def reduce(puzzle: Puzzle, *, relaxed: bool = False) -> Reduced:
    """Takes out what can be. Puzzles with pins keep everything that conflicts with something: pins do not move."""
    left = set(range(puzzle.count))
    alignments = list(puzzle.alignments)
    steps: list[tuple[int, bool]] = []
    bottom, bound, exact = 0, 0, True
    taken: list[int] = []
    bound_items: tuple[int, ...] = ()
    movable = not puzzle.pinned
    degree = [len(row) for row in puzzle.forbidden]
    wholes = [len(row) for row in puzzle.whole]
    while True:
        item = next((i for i in sorted(left) if degree[i] == 0), None)
        at_bottom = False
        if item is None and movable:
            candidates = [i for i in sorted(left) if wholes[i] == len(left) - 1]
            item = next((i for i in candidates if _divides(puzzle.sizes[i], alignments, left, i)), None)
            if item is None and relaxed and candidates:
                item, exact = candidates[0], False
            at_bottom = item is not None
        if item is None:
            break
        left.remove(item)
        steps.append((item, at_bottom))
        for other in puzzle.forbidden[item]:
            degree[other] -= 1
        for other in puzzle.whole[item]:
            wholes[other] -= 1
        size = puzzle.sizes[item]
        end = bottom + size + (puzzle.pins[item] or 0)
        if end > bound:
            bound, bound_items = end, (*taken, item)
        if at_bottom:
            taken.append(item)
            bottom += size
            for other in left:
                alignments[other] = gcd(alignments[other], size)
    kept = tuple(sorted(left))
    rest = puzzle.restrict(kept)
    if not exact:
        rest = replace(rest, alignments=tuple(alignments[i] for i in kept))
    return Reduced(rest, kept, tuple(steps), bottom, bound, bound_items, exact)


def _divides(size: int, alignments: list[int], left: set[int], item: int) -> bool:
    return all(size % alignments[other] == 0 for other in left if other != item)


def coarsened(puzzle: Puzzle) -> tuple[Puzzle, int]:
    """The puzzle in the largest unit that divides all its numbers, and that unit (the reason is that of `conflicts`)."""
    unit = gcd(*puzzle.sizes, *(pin for pin in puzzle.pins if pin is not None))
    for row in puzzle.forbidden:
        for gaps in row.values():
            for low, high in gaps:
                unit = gcd(unit, low - 1, high + 1)
    for alignment in puzzle.alignments:
        if unit % alignment and alignment % unit:
            unit = gcd(unit, alignment)
    if unit <= 1:
        return puzzle, 1
    return (
        Puzzle(
            tuple(size // unit for size in puzzle.sizes),
            tuple(max(1, alignment // unit) for alignment in puzzle.alignments),
            tuple(None if pin is None else pin // unit for pin in puzzle.pins),
            tuple(
                {j: tuple((-(-low // unit), high // unit) for low, high in gaps) for j, gaps in row.items()}
                for row in puzzle.forbidden
            ),
            puzzle.stretches,
            tuple(tuple(_coarse_strip(strip, unit) for strip in strips) for strips in puzzle.strips),
        ),
        unit,
    )


def _coarse_strip(strip: Strip, unit: int) -> Strip:
    """The whole units inside a strip: no two of an item may come to overlap."""
    start, size, times = strip
    first, end = -(-start // unit), (start + size) // unit
    return first, max(0, end - first), times
