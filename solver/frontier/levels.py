"""Which `auto` buffers go on chip as a run gets more room: a level is one such choice, packed.

A run's room grows as a block has fewer threads, and as fewer blocks share a multiprocessor. The rooms are sorted, the
two outermost are solved, and a room between two others is solved only where these have different accesses on chip.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from warpack.solver.launch.block import block_shape
from warpack.solver.launch.ranking import threads_step
from warpack.solver.launch.wanted import most_dynamic_bytes
from warpack.solver.search.auto.promotion import candidates, promote
from warpack.solver.search.auto.stride_widening import launch_beside
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

MOST_BLOCK_SIZES = 32
"""Where the launch rules allow more block sizes, only every second, third, … one is tried, from the largest down."""

_ROOM_SHARE = 0.25
"""The largest share of the remaining time that one room may take."""


@dataclass(frozen=True)
class Levels:
    """`complete` False: the time ended before every room was tried."""

    packed: tuple[Packed, ...]
    complete: bool


@dataclass(frozen=True)
class _Room:
    """`wanted`: the threads per block and resident threads to reach. `run_bytes` is about what a run may then take:
    rooms are sorted by it, and nothing else depends on it."""

    run_bytes: Bytes
    wanted: LaunchFigures


def accesses_of(manifest: Manifest, on_chip: frozenset[str]) -> int:
    """The accesses of the `auto` buffers that `on_chip` names."""
    return sum(buffer.accesses for buffer in manifest.buffers if buffer.full_name in on_chip)


def block_sizes(manifest: Manifest, most: int, chosen: int) -> list[int]:
    """From `most` threads down to one multiple, or to one run where not one multiple fits: about MOST_BLOCK_SIZES of
    them, `chosen` among them. Where the manifest fixes the number of threads, that one alone."""
    if manifest.launch.threads_per_block is not None:
        return [most]
    step = threads_step(manifest) if most % threads_step(manifest) == 0 else manifest.launch.threads_per_run
    apart = step * -(-(most // step) // MOST_BLOCK_SIZES)
    return sorted({chosen, *range(most, 0, -apart)}, reverse=True)


def with_block_size(manifest: Manifest, threads: int) -> Manifest:
    return replace(manifest, launch=replace(manifest.launch, threads_per_block=threads))


def keeps_windows_behind(manifest: Manifest, on_chip: Collection[object]) -> bool:
    """Whether the windows of a level with these buffers on chip begin behind all block-scoped buffers: with this
    objective the layout has none of them on chip, and what it places over windows may conflict with them."""
    return manifest.objective == "shared_bytes" and bool(on_chip)


def find_levels(manifest: Manifest, base: Packed, packed: Packed, sizes: list[int], stop: Stop) -> Levels:
    """`packed` is the level of the layout itself and comes first, `base` the one with nothing on chip."""
    found = {packed.on_chip: packed}
    found.setdefault(base.on_chip, base)
    if not candidates(manifest):
        return Levels((packed,), complete=True)
    if keeps_windows_behind(manifest, candidates(manifest)):
        base = replace(base, floor=None)
    rooms = _rooms(manifest, base, sizes)
    accesses: dict[int, int] = {}

    def solve(number: int) -> int:
        if number not in accesses:
            wanted = rooms[number].wanted
            fixed = with_block_size(manifest, wanted.threads_per_block)
            level = promote(fixed, base, wanted, stop.within(_ROOM_SHARE * stop.remaining_s))
            found.setdefault(level.on_chip, level)
            accesses[number] = accesses_of(manifest, level.on_chip)
        return accesses[number]

    between = [(0, len(rooms) - 1)]
    while between and not stop.now():
        low, high = between.pop()
        if solve(high) > solve(low) and high - low > 1:
            middle = (low + high) // 2
            between += [(low, middle), (middle, high)]
    return Levels(tuple(found.values()), complete=not stop.now())


def _rooms(manifest: Manifest, base: Packed, sizes: list[int]) -> list[_Room]:
    """By rising room. One of several with the same room is enough, since each level is tried with every block size."""
    rooms: dict[Bytes, _Room] = {}
    shape = block_shape(manifest, run_bytes=base.run.size_bytes, block_region_bytes=base.region_bytes)
    for threads in sizes:
        figures = launch_beside(with_block_size(manifest, threads), base.run.size_bytes, base)
        if figures is None:
            continue
        for blocks in range(figures.occupancy.blocks_per_sm, 0, -1):
            block_bytes = most_dynamic_bytes(shape, threads, blocks)
            occupancy = replace(figures.occupancy, blocks_per_sm=blocks, resident_threads=blocks * threads)
            room = _Room(block_bytes // figures.runs_per_block, replace(figures, occupancy=occupancy))
            rooms.setdefault(room.run_bytes, room)
    return [rooms[run_bytes] for run_bytes in sorted(rooms)]
