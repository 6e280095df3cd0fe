"""Reductions: items that are taken out before the search.

An item that may share no byte with any other one can be moved to the bottom. The items below it move up by its size,
and nothing else changes. So it is taken out, the capacity shrinks by its size, and the rest is reduced again. An item
that conflicts with no remaining item can lie anywhere, and is taken out too.

If no packing below some capacity is possible (a lower bound), two more kinds of item are taken out. The first has a
free place within that capacity wherever its neighbours lie. The second always fits inside the place of another item
(see `dominance`). Of generated kernels, half of the items remain.

When items move up by a size, they stay aligned only if their alignments divide it. A *relaxed* reduction weakens the
alignments of the remaining items to what survives the move. A packing of the remaining items may then give no packing
of the whole. But if the remaining items have no packing, the whole has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd

from warpack.solver.search.core.offsets import lowest_between
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.preprocess.dominance import place_inside


@dataclass(frozen=True)
class Step:
    """One item taken out. It goes to the bottom, or to `shift` above the offset of another item (`host`), or to any
    free place."""

    item: int
    at_bottom: bool = False
    host: int | None = None
    shift: int = 0


@dataclass(frozen=True)
class Reduced:
    """What a reduction leaves. `puzzle` has the items `kept`, which are numbers in the whole puzzle. `steps` are the
    other items, in the order in which they were taken out. `bottom` is the sum of the sizes at the bottom. No packing
    of the whole is smaller than `bound`, the sum of the sizes of `bound_items`. `exact`: every packing of `puzzle`
    gives a packing of the whole, within the capacity of the reduction or the packing's own top, whichever is larger."""

    puzzle: Puzzle
    kept: tuple[int, ...]
    steps: tuple[Step, ...]
    bottom: int
    bound: int
    bound_items: tuple[int, ...]
    exact: bool

    @property
    def taken(self) -> tuple[int, ...]:
        """The items at the bottom."""
        return tuple(step.item for step in self.steps if step.at_bottom)

    def restore(self, whole: Puzzle, offsets: Sequence[int]) -> list[int]:
        """Offsets for the whole puzzle, from those of the kept items. They are legal if the reduction is exact, or if
        the given offsets are aligned as `whole` says. In the latter case, items that cannot go to the bottom go to the
        top."""
        placed = dict(zip(self.kept, offsets, strict=True))
        for step in reversed(self.steps):
            item = step.item
            if step.at_bottom:
                size = whole.sizes[item]
                if any(size % whole.alignments[other] for other in placed):
                    top = max(offset + whole.sizes[other] for other, offset in placed.items())
                    placed[item] = -(-top // whole.alignments[item]) * whole.alignments[item]
                else:
                    placed = {other: offset + size for other, offset in placed.items()}
                    placed[item] = 0
            elif step.host is not None:
                placed[item] = placed[step.host] + step.shift
            elif (pin := whole.pins[item]) is not None:
                placed[item] = pin
            else:
                row = whole.forbidden[item]
                blocked = [
                    (placed[other] - high, placed[other] - low)
                    for other in row.keys() & placed.keys()
                    for low, high in row[other]
                ]
                placed[item] = lowest_between(blocked, whole.alignments[item])
        return [placed[item] for item in range(whole.count)]


@dataclass(frozen=True)
class Reductions:
    """The exact and the relaxed reduction of a puzzle that has no packing below a bound. They are the same object if
    relaxing changed nothing."""

    whole: Puzzle
    exact: Reduced
    relaxed: Reduced

    @classmethod
    def of(cls, whole: Puzzle, bound: int) -> Reductions:
        """Both reductions of a puzzle that has no packing below `bound`."""
        relaxed = reduce(whole, relaxed=True, capacity=bound)
        return cls(whole, relaxed if relaxed.exact else reduce(whole, capacity=bound), relaxed)


def reduce(puzzle: Puzzle, *, relaxed: bool = False, capacity: int | None = None) -> Reduced:
    """Takes out all items that can be. In puzzles with pins, none goes to the bottom, because pins do not move.

    `capacity`: the caller asks only about packings within it or within more.
    """
    return _Reduction(puzzle, relaxed, capacity).run()


class _Reduction:
    """A reduction in progress. `degree` counts the remaining items that each item conflicts with, and `wholes` those
    that it may share no byte with. Both are below 0 for items taken out."""

    def __init__(self, puzzle: Puzzle, relaxed: bool, capacity: int | None) -> None:
        self._puzzle, self._relaxed, self._capacity = puzzle, relaxed, capacity
        self._left = set(range(puzzle.count))
        self._alignments = list(puzzle.alignments)
        self._steps: list[Step] = []
        self._bottom, self._bound, self._exact = 0, 0, True
        self._bound_items: tuple[int, ...] = ()
        self._movable = not puzzle.pinned
        self._degree = [len(row) for row in puzzle.forbidden]
        self._wholes = [len(row) for row in puzzle.whole]

    def run(self) -> Reduced:
        while self._take_plain() or (self._capacity is not None and (self._take_spare() or self._take_inside())):
            pass
        kept = tuple(sorted(self._left))
        rest = self._puzzle if len(kept) == self._puzzle.count else self._puzzle.restrict(kept)
        if not self._exact:
            rest = replace(rest, alignments=tuple(self._alignments[i] for i in kept))
        return Reduced(rest, kept, tuple(self._steps), self._bottom, self._bound, self._bound_items, self._exact)

    def _take_plain(self) -> bool:
        """Takes out one item that conflicts with no other, or that may share no byte with any other."""
        left, sizes, others = self._left, self._puzzle.sizes, len(self._left) - 1
        if not left:
            return False
        item = self._degree.index(0) if 0 in self._degree else None
        at_bottom = False
        if item is None and self._movable and others in self._wholes:
            candidates = [i for i, wholes in enumerate(self._wholes) if wholes == others]
            item = next((i for i in candidates if self._divides(sizes[i], i)), None)
            if item is None and self._relaxed and candidates:
                item, self._exact = candidates[0], False
            at_bottom = item is not None
        if item is None:
            return False
        end = self._bottom + sizes[item] + (self._puzzle.pins[item] or 0)
        if end > self._bound:
            self._bound, self._bound_items = end, (*(step.item for step in self._steps if step.at_bottom), item)
        self._take(Step(item, at_bottom))
        if at_bottom:
            self._bottom += sizes[item]
            for other in left:
                self._alignments[other] = gcd(self._alignments[other], sizes[item])
        return True

    def _divides(self, size: int, item: int) -> bool:
        return all(size % self._alignments[other] == 0 for other in self._left if other != item)

    def _take(self, step: Step) -> None:
        self._left.remove(step.item)
        self._steps.append(step)
        self._degree[step.item] = self._wholes[step.item] = -1
        for other in self._puzzle.forbidden[step.item]:
            self._degree[other] -= 1
        for other in self._puzzle.whole[step.item]:
            self._wholes[other] -= 1

    def _take_spare(self) -> bool:
        """Takes out all items, one after another, that have a free place wherever their neighbours lie."""
        room = (self._capacity or 0) - self._bottom
        puzzle, taken = self._puzzle, 0
        for item in sorted(self._left, key=lambda i: (puzzle.sizes[i], i)):
            if puzzle.pins[item] is None and room >= puzzle.sizes[item]:
                step = self._alignments[item]
                blocked = sum(_places(high - low + 1, step) for low, high in self._gaps(item))
                if blocked <= (room - puzzle.sizes[item]) // step:
                    self._take(Step(item))
                    taken += 1
        return taken > 0

    def _gaps(self, item: int) -> Iterator[tuple[int, int]]:
        for other, gaps in self._puzzle.forbidden[item].items():
            if other in self._left:
                yield from gaps

    def _take_inside(self) -> bool:
        """Takes out all items, one after another, that always fit inside another."""
        puzzle, taken = self._puzzle, 0
        near = [0] * puzzle.count
        for item in self._left:
            near[item] = sum(1 << other for other in puzzle.forbidden[item] if other in self._left)
        for item in sorted(self._left, key=lambda i: (puzzle.sizes[i], i)):
            if puzzle.pins[item] is not None:
                continue
            for host in sorted(self._left):
                if host == item or near[item] & ~near[host] or near[item] >> host & 1:
                    continue
                shift = place_inside(puzzle, item, host, self._left)
                if shift is not None:
                    self._take(Step(item, host=host, shift=shift))
                    for other in puzzle.forbidden[item]:
                        near[other] &= ~(1 << item)
                    taken += 1
                    break
        return taken > 0


def _places(length: int, step: int) -> int:
    """The most multiples of `step` among `length` consecutive integers."""
    return -(-length // step)
