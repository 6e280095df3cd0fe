"""The packing problem in integers: give each item an offset, so that no difference of two offsets is forbidden.

All numbers are in units (see `conflicts.unit_of`), so that the searches see small numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

Gaps = tuple[tuple[int, int], ...]
"""The forbidden differences `offset_j - offset_i`, as sorted, disjoint, closed intervals."""


Strip = tuple[int, int, int]
"""Bytes of an item that are occupied at the same times: their start in the item, their number, and a bit set of the
stretches in which they are occupied."""

Span = tuple[int, int]
"""The stretches `[first, end)` in which an item is occupied."""


@dataclass(frozen=True)
class Puzzle:
    """The items of a region and their conflicts.

    `forbidden[i][j]` has a mirror image, `forbidden[j][i]`; it alone says what is forbidden. `pins` are given offsets.
    `stretches`, if known, are bit sets of when each item is occupied; a bit is a stretch of phases that are alike.
    Permissions, parts and `apart` pairs may make items conflict whose sets do not meet, or not conflict whose sets do.
    `strips`, if known, say when each part of an item is occupied. `plain`: items conflict exactly if their stretches
    meet, and then may share no byte."""

    sizes: tuple[int, ...]
    alignments: tuple[int, ...]
    pins: tuple[int | None, ...]
    forbidden: tuple[dict[int, Gaps], ...]
    stretches: tuple[int, ...] = ()
    strips: tuple[tuple[Strip, ...], ...] = ()
    plain: bool = field(default=False, compare=False)

    @property
    def count(self) -> int:
        """The number of items."""
        return len(self.sizes)

    @cached_property
    def whole(self) -> tuple[frozenset[int], ...]:
        """For each item, the items with which it may share no byte at all."""
        sizes = self.sizes
        if self.plain:
            return tuple(map(frozenset, self.forbidden))
        return tuple(
            frozenset([j for j, gaps in row.items() if gaps == ((1 - sizes[j], size - 1),)])
            for size, row in zip(sizes, self.forbidden, strict=True)
        )

    @cached_property
    def pinned(self) -> tuple[int, ...]:
        """The pinned items."""
        return tuple(i for i, pin in enumerate(self.pins) if pin is not None)

    @cached_property
    def spans(self) -> tuple[Span, ...] | None:
        """The span of each item. None if an item is pinned, aligned, or not one plain interval."""
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
        """The end of the highest item, which is the size of the packing."""
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
    """The packing with these offsets."""
    return Solution(tuple(offsets), puzzle.top(offsets))
