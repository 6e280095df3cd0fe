"""Items that always fit where another lies.

If everything that conflicts with an item conflicts with a second one too, and wherever the first would be in its way
inside the second's place the second is in its way already, then the first may lie there in every packing. It need not
be searched for.
"""

from __future__ import annotations

from collections.abc import Collection

from warpack.solver.search.core.puzzle import Gaps, Puzzle


def place_inside(puzzle: Puzzle, item: int, host: int, left: Collection[int]) -> int | None:
    """How far above `host`'s offset `item` may always lie; None where there is no such place, or none was found.

    Only conflicts with items of `left` count. The ends of the host and of its strips are tried.
    """
    ours, theirs = puzzle.forbidden[item], puzzle.forbidden[host]
    size, room, step = puzzle.sizes[item], puzzle.sizes[host], puzzle.alignments[item]
    if size > room or host in ours or puzzle.alignments[host] % step:
        return None
    near = [other for other in ours if other in left]
    if any(other not in theirs for other in near):
        return None
    for shift in _shifts(puzzle, host, room, size):
        if shift % step == 0 and all(_holds(theirs[other], ours[other], shift) for other in near):
            return shift
    return None


def _shifts(puzzle: Puzzle, host: int, room: int, size: int) -> list[int]:
    shifts = {0, room - size}
    if puzzle.strips:
        for start, length, _ in puzzle.strips[host]:
            shifts |= {start, start + length - size}
    return sorted(shift for shift in shifts if 0 <= shift <= room - size)


def _holds(outer: Gaps, inner: Gaps, shift: int) -> bool:
    """Whether what is forbidden to the item is forbidden to its host as well."""
    return all(any(start <= low + shift and high + shift <= end for start, end in outer) for low, high in inner)
