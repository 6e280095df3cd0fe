"""Dominance: items that always fit inside the place of another item, their host.

An item fits at some place inside its host in every packing, if this holds: each item that conflicts with it also
conflicts with the host, and every difference that it would forbid there, the host forbids already. Such an item need
not be searched for.
"""

from __future__ import annotations

from collections.abc import Collection

from warpack.solver.search.core.puzzle import Gaps, Puzzle


def place_inside(puzzle: Puzzle, item: int, host: int, left: Collection[int]) -> int | None:
    """How far above `host`'s offset `item` may always lie; None if no such place was found.

    Only conflicts with items in `left` count. The ends of the host and of its strips are tried.
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
    """Whether every difference that the item forbids, lying `shift` above its host, is forbidden by the host too."""
    return all(any(start <= low + shift and high + shift <= end for start, end in outer) for low, high in inner)
