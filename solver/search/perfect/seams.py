"""Seams: the pieces of the line between two columns of a tiling along which items meet.

If both columns are full, the items that end at their edge occupy the same bytes as the items that start there, because
all other items lie over both columns. So these items fall into groups that are equally high on both sides. Each group
lies in one stretch without a gap, which is a seam. If no part of one side is as high as a part of the other, there is
one seam. If a few items of both sides are equally high, and that is unlikely to be chance, they are guessed to be a
seam of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

Members = tuple[int, ...]

_SHAPES = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1))
"""The numbers of items on both sides of a guessed seam, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Seam:
    """`before` are the items that end at `edge`; `after` are those that start there. `height` is the sum of the sizes
    of either."""

    edge: int
    height: int
    before: Members
    after: Members


def seams_at(edge: int, before: Sequence[int], after: Sequence[int], sizes: Sequence[int], risk: float) -> list[Seam]:
    """The seams at an edge between two full columns. An item that may belong to several is in none.

    `risk` is the most wrong guesses that are expected for each shape at this edge. With 0 all seams are certain.
    """
    left, right = list(before), list(after)
    seams: list[Seam] = []
    while risk > 0 and (guess := _guess(left, right, sizes, risk)):
        ones, others = guess
        seams.append(Seam(edge, sum(sizes[i] for i in ones), ones, others))
        left = [i for i in left if i not in ones]
        right = [i for i in right if i not in others]
    if left and right and (_sums(left, sizes) & _sums(right, sizes)).bit_count() == 2:
        seams.append(Seam(edge, sum(sizes[i] for i in left), tuple(left), tuple(right)))
    return seams


def _guess(left: list[int], right: list[int], sizes: Sequence[int], risk: float) -> tuple[Members, Members] | None:
    """A few items of each side that are equally high, which is hardly chance; None if there are none."""
    if len(left) < 2 or len(right) < 2:
        return None
    mean = sum(sizes[i] for i in left) / max(len(left), len(right))
    for ones, others in _SHAPES:
        if ones > len(left) or others > len(right) or comb(len(left), ones) * comb(len(right), others) >= risk * mean:
            continue
        by_height = {sum(sizes[i] for i in some): some for some in combinations(left, ones)}
        for some in combinations(right, others):
            beside = by_height.get(sum(sizes[i] for i in some))
            if beside is not None:
                return beside, some
    return None


def _sums(items: Sequence[int], sizes: Sequence[int]) -> int:
    """The sums of sizes of all subsets of the items, as a bit set."""
    sums = 1
    for item in items:
        sums |= sums << sizes[item]
    return sums
