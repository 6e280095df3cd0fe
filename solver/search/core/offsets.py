"""Forbidden offsets, as closed intervals or as the bits of an integer, and the lowest offset that is free."""

from __future__ import annotations

from warpack.solver.search.core.puzzle import Gaps


def bits_of(gaps: Gaps) -> tuple[int, int]:
    """The forbidden differences as the bits of an integer, and the difference that bit 0 stands for."""
    (start, end), bits = gaps[0], 0
    if len(gaps) == 1:  # nearly all are
        return (1 << (end - start + 1)) - 1, start
    for low, high in gaps:
        bits |= ((1 << (high - low + 1)) - 1) << (low - start)
    return bits, start


def lowest_free(blocked: int, alignment: int) -> int:
    """The lowest multiple of `alignment` whose bit is not set."""
    offset = (~blocked & (blocked + 1)).bit_length() - 1
    while offset % alignment:
        offset += alignment - offset % alignment
        rest = blocked >> offset
        offset += (~rest & (rest + 1)).bit_length() - 1
    return offset


def lowest_between(blocked: list[tuple[int, int]], alignment: int) -> int:
    """The lowest multiple of `alignment` that lies in none of the closed intervals."""
    offset = 0
    for low, high in sorted(blocked):
        if low > offset:
            break
        if high >= offset:
            offset = -(-(high + 1) // alignment) * alignment
    return offset
