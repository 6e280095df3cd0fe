"""How many bytes a run may take without costing threads, for every choice of `auto` buffers.

The stride, and with it the threads, depends on three things of what is on chip: the bytes, the largest alignment, and the widest element.
The last two are the choice's *class*. With the class given, fewer bytes never give a launch of a lower rank
(`solver.launch.ranking`), so that the most can be found by halving.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.launch.budget import budget_bytes
from solver.launch.ranking import Rank, rank_of
from solver.launch.region import run_region
from solver.launch.threads import launch_for
from solver.wire.manifest import Buffer, Manifest
from solver.wire.units import Bytes

if TYPE_CHECKING:
    from solver.search.regions import Packed

Class = tuple[Bytes, Bytes]
"""Largest alignment and widest element, in bytes, of the run buffers on chip."""


def joined(first: Class, second: Class) -> Class:
    return max(first[0], second[0]), max(first[1], second[1])


@dataclass(frozen=True)
class Rooms:
    """`most` run bytes for every class that a choice may have, -1 where even one byte is too many; `reach` the most
    for any class that it may still grow into."""

    base: Class
    most: dict[Class, Bytes]
    reach: dict[Class, Bytes]


def class_of(buffer: Buffer) -> Class:
    return buffer.alignment_bytes, buffer.dtype.itemsize_bytes


def rooms(manifest: Manifest, candidates: Iterable[Buffer], wanted: Rank, beside: Packed) -> Rooms:
    """`wanted`: what the launch must be as good as."""
    region = run_region(manifest)
    base = (region.run_alignment_bytes, region.widths[-1] if region.widths else 0)
    example: dict[Class, str] = {}
    for buffer in candidates:
        example.setdefault(class_of(buffer), buffer.full_name)
    on_chip = {base: frozenset[str]()}
    for first, one in example.items():
        for second, other in example.items():
            on_chip.setdefault(joined(base, joined(first, second)), frozenset((one, other)))
    most = {kind: _most(manifest, names, kind, wanted, beside) for kind, names in on_chip.items() if kind[1]}
    most.setdefault(base, 0)  # nothing on chip takes no bytes
    reach = {
        kind: max(bytes_ for other, bytes_ in most.items() if other[0] >= kind[0] and other[1] >= kind[1])
        for kind in most
    }
    return Rooms(base, most, reach)


def _most(manifest: Manifest, on_chip: frozenset[str], kind: Class, wanted: Rank, beside: Packed) -> Bytes:
    """The largest multiple of the alignment with which the launch is as good as wanted: found by halving."""
    alignment = kind[0]

    def good(steps: int) -> bool:
        launch = launch_for(
            manifest,
            run_bytes=steps * alignment,
            block_region_bytes=beside.region_bytes,
            block_reach_bytes=beside.reach_bytes,
            on_chip=on_chip,
        )
        return launch is not None and rank_of(manifest, launch) >= wanted

    if not good(1):
        return -1
    low, high = 1, budget_bytes(manifest) // alignment + 1
    while high - low > 1:
        middle = (low + high) // 2
        if good(middle):
            low = middle
        else:
            high = middle
    return low * alignment
