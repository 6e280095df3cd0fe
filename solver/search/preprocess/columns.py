"""Restricts a puzzle to some columns, that is, to a few stretches of phases.

If a packing is impossible, the reason often lies in two or three of the fullest stretches. The conflicts of these alone
are a relaxation of the puzzle with far fewer rules. Rows that matter only elsewhere vanish from the ends of items, and
more items conflict with all others.
"""

from __future__ import annotations

from itertools import product
from math import gcd

from warpack.solver.flatten.pairs import joined
from warpack.solver.search.core.cliques import maximal
from warpack.solver.search.core.conflicts import mirrored
from warpack.solver.search.core.puzzle import Gaps, Puzzle, Strip
from warpack.solver.search.core.strips import Place, columns_of, largest_first, overlapping


def fullest_columns(puzzle: Puzzle) -> list[int]:
    """The bit numbers of stretches with occupied strips, the fullest first. A stretch is left out if another one has
    all its strips."""
    bits = {frozenset(column): bit.bit_length() - 1 for bit, column in columns_of(puzzle).items()}
    kept = sorted(
        maximal(bits, key=largest_first), key=lambda column: (-sum(size for _, _, size in column), bits[column])
    )
    return [bits[column] for column in kept]


def in_columns(puzzle: Puzzle, columns: int) -> Puzzle:
    """The puzzle restricted to the `columns` (a bit set). It must have no pins. Items lose the ends that are not
    occupied in these columns.

    A difference is forbidden if strips that meet in the columns forbid it, and the puzzle does.
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
                met = _both(joined(overlapping(p, q) for p, q in _meeting(i, j, strips)), gaps)
                shift = fronts[j] - fronts[i]
                if met:
                    moved = tuple((low + shift, high + shift) for low, high in met)
                    forbidden[number[i]][number[j]], forbidden[number[j]][number[i]] = moved, mirrored(moved)
    return Puzzle(
        tuple(max(start + size for start, size, _ in strips[item]) - fronts[item] for item in kept),
        tuple(gcd(puzzle.alignments[item], fronts[item]) for item in kept),
        (None,) * len(kept),
        tuple(forbidden),
        tuple(puzzle.stretches[item] & columns for item in kept) if puzzle.stretches else (),
        tuple(_moved(strips[item], -fronts[item]) for item in kept),
    )


def _meeting(i: int, j: int, strips: list[list[Strip]]) -> list[tuple[Place, Place]]:
    """The pairs of strips of two items that are occupied at the same time."""
    return [
        ((i, start, size), (j, other, length))
        for (start, size, times), (other, length, when) in product(strips[i], strips[j])
        if times & when
    ]


def _moved(strips: list[Strip], shift: int) -> tuple[Strip, ...]:
    """The strips moved up by `shift`. Neighbours that are occupied at the same times become one."""
    moved: list[Strip] = []
    for start, size, times in sorted((start + shift, size, times) for start, size, times in strips):
        if moved and moved[-1][2] == times and moved[-1][0] + moved[-1][1] == start:
            moved[-1] = (moved[-1][0], moved[-1][1] + size, times)
        else:
            moved.append((start, size, times))
    return tuple(moved)


def _both(ours: Gaps, theirs: Gaps) -> Gaps:
    """The intersection of two lists of intervals."""
    met = ((max(low, start), min(high, end)) for low, high in ours for start, end in theirs)
    return tuple((low, high) for low, high in met if low <= high)
