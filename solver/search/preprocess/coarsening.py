"""Puzzles in larger units. This is exact if the unit divides all numbers, and else a relaxation.

If a unit divides every size, part offset and pin, all offsets of a packing may be rounded down to it (see `conflicts`
for the reason). If it does not, sizes are rounded down and forbidden differences narrowed until it does. Every packing
of the puzzle is then one of the relaxed puzzle too. So if the relaxed puzzle is proven impossible, so is the puzzle.
For example, a few flags beside vectors of 96 bytes make a region of 800 units; without the flags it has 67.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from warpack.solver.search.core.puzzle import Gaps, Puzzle, Strip

_LOSSES = (0.015, 0.003)
"""The shares of the items' area (bytes times stretches of phases) that the two relaxed levels may lose at most."""

_COARSEST = 128


def coarsened(puzzle: Puzzle) -> tuple[Puzzle, int]:
    """The puzzle in the largest unit that divides all its numbers, and that unit."""
    unit = gcd(*puzzle.sizes, *(pin for pin in puzzle.pins if pin is not None))
    for row in puzzle.forbidden if unit > 1 and not puzzle.plain else ():  # plain conflicts end where items end
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
            puzzle.plain,
        ),
        unit,
    )


def levels(puzzle: Puzzle) -> tuple[int, ...]:
    """The units in which the puzzle is searched, coarsest first and 1 last. A relaxed puzzle keeps most of the area."""
    lost = {unit: _lost(puzzle, unit) for unit in range(2, min(_COARSEST, max(puzzle.sizes, default=0)) + 1)}
    chosen = {max((unit for unit, part in lost.items() if part <= most), default=1) for most in _LOSSES}
    return tuple(sorted(chosen | {1}, reverse=True))


def kept_in(puzzle: Puzzle, unit: int) -> list[int]:
    """The items that `relaxed_to` keeps."""
    return [item for item, size in enumerate(puzzle.sizes) if size >= unit]


def relaxed_to(puzzle: Puzzle, unit: int) -> Puzzle:
    """The puzzle counted in `unit`, rounded so that no packing is lost. Items smaller than the unit are left out. The
    puzzle must have no pins."""
    if unit == 1:
        return puzzle
    kept = puzzle.restrict(kept_in(puzzle, unit))
    forbidden = tuple(
        {j: narrow for j, gaps in row.items() if (narrow := _narrowed(gaps, unit))} for row in kept.forbidden
    )
    return Puzzle(
        tuple(size // unit for size in kept.sizes),
        tuple(alignment // unit if alignment % unit == 0 else 1 for alignment in kept.alignments),
        kept.pins,
        forbidden,
        kept.stretches,
        tuple(tuple(_coarse_strip(strip, unit) for strip in strips) for strips in kept.strips),
    )


def _narrowed(gaps: Gaps, unit: int) -> Gaps:
    narrow = ((-((1 - low) // unit) + 1, (high + 1) // unit - 1) for low, high in gaps)
    return tuple((low, high) for low, high in narrow if low <= high)


def _lost(puzzle: Puzzle, unit: int) -> float:
    """The share of the area that rounding to `unit` loses."""
    whole = kept = 0
    for size, strip in _strips(puzzle):
        times = strip[2].bit_count()
        whole += strip[1] * times
        if size >= unit:
            kept += _coarse_strip(strip, unit)[1] * unit * times
    return 1 - kept / whole if whole else 0.0


def _strips(puzzle: Puzzle) -> Iterator[tuple[int, Strip]]:
    for size, strips in zip(puzzle.sizes, puzzle.strips, strict=True):
        for strip in strips:
            yield size, strip


def _coarse_strip(strip: Strip, unit: int) -> Strip:
    """The whole units inside a strip, so that no two strips of an item overlap after rounding."""
    start, size, times = strip
    first, end = -(-start // unit), (start + size) // unit
    return first, max(0, end - first), times
