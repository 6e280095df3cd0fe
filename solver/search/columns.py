"""Some columns of a puzzle: only what happens in a few stretches of phases.

Where a packing is impossible, the reason often lies in two or three of the fullest stretches. What is forbidden there alone is
a relaxation of the puzzle with far fewer rules: rows that matter elsewhere vanish from the ends of items, and more items come to
be in everything's way.
"""

from __future__ import annotations

from itertools import product
from math import gcd

from solver.search.puzzle import Gaps, Puzzle, Strip
from solver.search.strips import overlapping

_Cells = frozenset[tuple[int, int]]


def fullest_columns(puzzle: Puzzle) -> list[int]:
    """Bits of stretches in which strips are occupied, the fullest first; without those whose strips another one has as well."""
    strips: dict[int, set[tuple[int, int]]] = {}
    for item, of_item in enumerate(puzzle.strips):
        for number, (_, _, times) in enumerate(of_item):
            while times:
                lowest = times & -times
                strips.setdefault(lowest.bit_length() - 1, set()).add((item, number))
                times ^= lowest
    first: dict[_Cells, int] = {}
    for bit in sorted(strips):
        first.setdefault(frozenset(strips[bit]), bit)
    kept: list[_Cells] = []
    for cells in sorted(first, key=lambda cells: (-len(cells), first[cells])):
        if not any(cells <= other for other in kept):
            kept.append(cells)
    kept.sort(key=lambda cells: (-sum(puzzle.strips[item][number][1] for item, number in cells), first[cells]))
    return [first[cells] for cells in kept]


def in_columns(puzzle: Puzzle, columns: int) -> Puzzle:
    """The puzzle, which has no pins, in the `columns` (a bit set) alone: items without what they have nowhere else.

    What is forbidden there is what strips that meet in the columns forbid, as far as it was forbidden before.
    """
    strips = [
        [(start, size, times & columns) for start, size, times in of_item if times & columns and size]
        for of_item in puzzle.strips
    ]
    kept = [item for item, of_item in enumerate(strips) if of_item]
    fronts = {item: min(start for start, _, _ in strips[item]) for item in kept}
    number = {item: index for index, item in enumerate(kept)}
    forbidden: list[dict[int, Gaps]] = [{} for _ in kept]
    for i in kept:
        for j, gaps in puzzle.forbidden[i].items():
            if i < j and j in number:
                met = _both(_joined([overlapping(p, q) for p, q in _meeting(i, j, strips)]), gaps)
                shift = fronts[j] - fronts[i]
                if met:
                    forbidden[number[i]][number[j]] = tuple((low + shift, high + shift) for low, high in met)
                    forbidden[number[j]][number[i]] = tuple(
                        (-high - shift, -low - shift) for low, high in reversed(met)
                    )
    return Puzzle(
        tuple(max(start + size for start, size, _ in strips[item]) - fronts[item] for item in kept),
        tuple(gcd(puzzle.alignments[item], fronts[item]) for item in kept),
        (None,) * len(kept),
        tuple(forbidden),
        tuple(puzzle.stretches[item] & columns for item in kept) if puzzle.stretches else (),
        tuple(_moved(strips[item], -fronts[item]) for item in kept),
    )


def _meeting(i: int, j: int, strips: list[list[Strip]]) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """Places of strips of two items that are occupied at the same time."""
    return [
        ((i, start, size), (j, other, length))
        for (start, size, times), (other, length, when) in product(strips[i], strips[j])
        if times & when
    ]


def _moved(strips: list[Strip], shift: int) -> tuple[Strip, ...]:
    """The strips `shift` further up; neighbours that are occupied at the same times become one."""
    joined: list[Strip] = []
    for start, size, times in sorted((start + shift, size, times) for start, size, times in strips):
        if joined and joined[-1][2] == times and joined[-1][0] + joined[-1][1] == start:
            joined[-1] = (joined[-1][0], joined[-1][1] + size, times)
        else:
            joined.append((start, size, times))
    return tuple(joined)


def _joined(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _both(ours: list[tuple[int, int]], theirs: Gaps) -> Gaps:
    """What lies in both lists of intervals."""
    met = ((max(low, start), min(high, end)) for low, high in ours for start, end in theirs)
    return tuple((low, high) for low, high in met if low <= high)
