"""Launches, best first by the objective, each with the bytes that it allows: for a search for a better launch from the
top down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from warpack.solver.launch.block import BlockShape
from warpack.solver.launch.ranking import Rank, rank, threads_step
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, align_up


class Wanted(NamedTuple):
    """A block of so many threads, of which `blocks` are resident; `dynamic_bytes_at_most` is the most that it may take
    for that."""

    rank: Rank
    threads: int
    blocks: int
    dynamic_bytes_at_most: Bytes


def wanted_launches(manifest: Manifest, shape: BlockShape, above: Rank | None) -> Iterator[Wanted]:
    """The launches that rank above `above` (None: all), best first. `shape` gives the target and the alignments; its
    bytes do not count."""
    found: list[tuple[Rank, int, int]] = []
    for threads in _sizes(manifest, shape):
        for blocks in range(_blocks(shape, threads, 0), 0, -1):
            this = rank(manifest, threads, threads * blocks)
            if above is not None and this <= above:
                break  # fewer blocks rank lower still
            found.append((this, threads, blocks))
    for this, threads, blocks in sorted(found, reverse=True):
        yield Wanted(this, threads, blocks, most_dynamic_bytes(shape, threads, blocks))


def resident_numbers(manifest: Manifest, shape: BlockShape, *, whole: bool) -> set[int]:
    """Every number of resident threads that blocks of whole multiples may come to, or blocks of whole runs; the bytes
    of `shape` do not count."""
    step = threads_step(manifest)
    return {
        threads * blocks
        for threads in _sizes(manifest, shape)
        if (threads % step == 0) == whole
        for blocks in range(_blocks(shape, threads, 0), 0, -1)
    }


def _sizes(manifest: Manifest, shape: BlockShape) -> list[int]:
    launch, per_run = manifest.launch, shape.threads_per_run
    most = min(launch.max_threads_per_block, shape.device.max_threads_per_block)
    if launch.threads_per_block is not None:
        exact = launch.threads_per_block
        return [exact] if shape.least_threads <= exact <= most and exact % per_run == 0 else []
    step = threads_step(manifest)
    below = min(most + 1, align_up(max(step, shape.least_threads), step))
    whole_runs = (threads for threads in range(per_run, below, per_run) if threads % step)
    return [threads for threads in (*range(step, most + 1, step), *whole_runs) if threads >= shape.least_threads]


def _blocks(shape: BlockShape, threads: int, dynamic_bytes: Bytes) -> int:
    """Resident blocks where a block takes so many dynamic bytes; 0 where it cannot start within the budget."""
    if shape.static_bytes + dynamic_bytes > shape.budget_bytes:
        return 0
    return shape.occupancy_with(threads, dynamic_bytes).blocks_per_sm


def most_dynamic_bytes(shape: BlockShape, threads: int, blocks: int) -> Bytes:
    """The most dynamic bytes with which so many blocks are resident (without any dynamic bytes they are). Found by
    bisection, since more bytes never allow more blocks."""
    low, high = 0, shape.budget_bytes - shape.static_bytes + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _blocks(shape, threads, middle) >= blocks:
            low = middle
        else:
            high = middle
    return low
