"""Which block-scoped pieces lie over which run-scoped pieces, in any window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.units import Bytes

Placed = tuple[Bytes, Bytes]
Upper = TypeVar("Upper")
Lower = TypeVar("Lower")


def windows_start(launch: LaunchFigures) -> Bytes:
    return launch.block_region_bytes + launch.region_gap_bytes


def over_windows(
    launch: LaunchFigures, block: Sequence[tuple[Placed, Upper]], run: Sequence[tuple[Placed, Lower]]
) -> Iterator[tuple[Upper, Lower]]:
    """Pairs with a byte in common, of places of the block (from the start of its memory) and of a run (from its
    window's start)."""
    base, stride = windows_start(launch), launch.stride_bytes
    if not stride:
        return
    for (start, end), upper in block:
        first, beyond = start - base, end - base
        if beyond <= 0:
            continue
        for (low, high), lower in run:
            window = max(0, (first - high) // stride + 1)
            if window < launch.runs_per_block and window * stride + low < beyond:
                yield upper, lower
