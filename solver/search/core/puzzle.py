"""The packing problem in integers: give each item an offset so that no difference of two offsets is a forbidden one.

Everything is counted in units (see `conflicts.unit_of`), so that the searches see small numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

Gaps = tuple[tuple[int, int], ...]
"""Sorted, disjoint closed intervals of differences `offset_j - offset_i` that are forbidden."""


Strip = tuple[int, int, int]
"""Bytes of an item that are occupied at the same times: where they start inside it, how many they are, and a bit set of
when."""

Span = tuple[int, int]
"""The stretches `[first, end)` in which an item is occupied."""


@dataclass(frozen=True)
class Puzzle:
    """`forbidden[i][j]` stands in both directions: `forbidden[j][i]` is its mirror image. Pins are offsets that are
    given. `stretches`, where known, are bit sets of when each item is occupied (in stretches of phases that are alike);
    items whose sets meet need not conflict, nor the other way round, where permissions, parts or `apart` say otherwise.
    `strips`, where known, tell the same of each item's parts; what is forbidden is said by `forbidden` alone. `plain`:
    whoever made it knows that items conflict just where their stretches meet, and share no byte then."""

    sizes: tuple[int, ...]
    alignments: tuple[int, ...]
    pins: tuple[int | None, ...]
    forbidden: tuple[dict[int, Gaps], ...]
    stretches: tuple[int, ...] = ()
    strips: tuple[tuple[Strip, ...], ...] = ()
    plain: bool = field(default=False, compare=False)

    @property
    def count(self) -> int:
        return len(self.sizes)

    @cached_property
    def whole(self) -> tuple[frozenset[int], ...]:
        """For each item, the items that it may share no byte with, wherever in it."""
        sizes = self.sizes
        if self.plain:
            return tuple(map(frozenset, self.forbidden))
        return tuple(
            frozenset([j for j, gaps in row.items() if gaps == ((1 - sizes[j], size - 1),)])
            for size, row in zip(sizes, self.forbidden, strict=True)
        )

    @cached_property
    def pinned(self) -> tuple[int, ...]:
        return tuple(i for i, pin in enumerate(self.pins) if pin is not None)

    @cached_property
    def spans(self) -> tuple[Span, ...] | None:
        """The stretches of each item; None where the puzzle is not one of plain intervals in free places."""
        if not self.stretches or self.pinned or any(alignment > 1 for alignment in self.alignments):
            return None
        spans: list[Span] = []
        for mask in self.stretches:
            first, end = (mask & -mask).bit_length() - 1, mask.bit_length()
            if not mask or mask != (1 << end) - (1 << first):
                return None
            spans.append((first, end))
        if self.plain:
            return tuple(spans)
        for i, mask in enumerate(self.stretches):
            if len(self.whole[i]) != len(self.forbidden[i]):
                return None
            if len(self.whole[i]) != sum(1 for other in self.stretches if other & mask) - 1:
                return None
            if any(not mask & self.stretches[j] for j in self.whole[i]):
                return None
        return tuple(spans)

    def restrict(self, keep: Sequence[int]) -> Puzzle:
        """The puzzle of the items in `keep`, renumbered in that order."""
        number = {item: index for index, item in enumerate(keep)}
        return Puzzle(
            tuple(self.sizes[i] for i in keep),
            tuple(self.alignments[i] for i in keep),
            tuple(self.pins[i] for i in keep),
            tuple({number[j]: gaps for j, gaps in self.forbidden[i].items() if j in number} for i in keep),
            tuple(self.stretches[i] for i in keep) if self.stretches else (),
            tuple(self.strips[i] for i in keep) if self.strips else (),
            self.plain,
        )

    def top(self, offsets: Sequence[int]) -> int:
        """The end of the highest item: what the packing needs."""
        return max((offset + size for offset, size in zip(offsets, self.sizes, strict=True)), default=0)

    def allows(self, offsets: Sequence[int]) -> bool:
        """Whether these offsets keep every rule."""
        for i, offset in enumerate(offsets):
            pin = self.pins[i]
            if offset < 0 or offset % self.alignments[i] or (pin is not None and offset != pin):
                return False
            for j, gaps in self.forbidden[i].items():
                if j > i and any(low <= offsets[j] - offset <= high for low, high in gaps):
                    return False
        return True


@dataclass(frozen=True)
class Solution:
    """A packing of a puzzle: an offset for every item, and the end of the highest."""

    offsets: tuple[int, ...]
    top: int


def solution(puzzle: Puzzle, offsets: Sequence[int]) -> Solution:
    return Solution(tuple(offsets), puzzle.top(offsets))
