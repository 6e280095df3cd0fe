"""What simpler rules make of the same manifest, to compare Warpack's layout with.

Both place buffers in the order in which the manifest names them, each at the next aligned byte, and take neither
lifetimes nor pinned offsets into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.launch.block import BlockShape, block_shape
from solver.launch.ranking import threads_step
from solver.launch.region import on_chip_buffers
from solver.launch.threads import block_for
from solver.wire.layout import Baseline
from solver.wire.manifest import Buffer, Manifest
from solver.wire.units import Bytes, align_up


def baselines(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> dict[str, Baseline]:
    """`no_sharing`: every buffer has bytes of its own, the block size is chosen as the manifest asks. `declared_aliases`: CuBIE's
    rule (its buffer registry, version 0.17): a buffer may lie only inside one that it names as its alias, none of the two
    persistent, several in one target one after the other; the block size is halved from the largest until it fits."""
    placed = list(on_chip_buffers(manifest, on_chip))
    run = [buffer for buffer in placed if buffer.scope == "run"]
    block = [buffer for buffer in placed if buffer.scope == "block"]
    beside = _side_by_side(run), _side_by_side(block)
    inside = tuple(_in_aliases(of, size) for of, size in zip((run, block), beside, strict=True))
    return {
        "no_sharing": _no_sharing(manifest, on_chip, *beside),
        "declared_aliases": _declared_aliases(manifest, on_chip, *inside),
    }


def _no_sharing(manifest: Manifest, on_chip: frozenset[str], run_bytes: Bytes, block_bytes: Bytes) -> Baseline:
    chosen = block_for(manifest, run_bytes=run_bytes, block_region_bytes=block_bytes, on_chip=on_chip)
    return Baseline(run_bytes, chosen.threads if chosen else 0)


def _declared_aliases(manifest: Manifest, on_chip: frozenset[str], run_bytes: Bytes, block_bytes: Bytes) -> Baseline:
    shape = block_shape(manifest, run_bytes=run_bytes, block_region_bytes=block_bytes, on_chip=on_chip)
    return Baseline(run_bytes, _halve(manifest, shape))


def _halve(manifest: Manifest, shape: BlockShape) -> int:
    """Threads of the first of n, n // 2, n // 4, … that fits, cut to whole multiples of threads as the layout's are, below one
    multiple to whole runs; 0 where none does."""
    launch, multiple = manifest.launch, threads_step(manifest)
    threads = launch.threads_per_block or min(launch.max_threads_per_block, shape.device.max_threads_per_block)
    while threads >= shape.threads_per_run:
        exact = launch.threads_per_block == threads
        whole = threads - threads % (shape.threads_per_run if exact or threads < multiple else multiple)
        if shape.fits(whole):
            return whole
        threads //= 2
    return 0


@dataclass
class _Placed:
    """A buffer with bytes of its own, and how far its aliases have used it up (offsets from the region's start)."""

    buffer: Buffer
    start_bytes: Bytes
    used_bytes: Bytes


def _side_by_side(buffers: Sequence[Buffer]) -> Bytes:
    """Bytes of a region filled in declaration order."""
    end = 0
    for buffer in buffers:
        alignment = buffer.alignment_bytes
        end = -(-end // alignment) * alignment + buffer.size_bytes
    return end


def _in_aliases(buffers: Sequence[Buffer], side_by_side: Bytes) -> Bytes:
    """Bytes of a region in which buffers that name an alias come last and first try the room in it."""
    if not any(buffer.aliases for buffer in buffers):
        return side_by_side
    placed: dict[str, _Placed] = {}
    end = 0
    for buffer in buffers:
        if not buffer.aliases:
            end = _append(placed, buffer, end)
    for buffer in buffers:
        if buffer.aliases and not any(_fit_inside(placed, buffer, target) for target in buffer.aliases):
            end = _append(placed, buffer, end)
    return end


def _append(placed: dict[str, _Placed], buffer: Buffer, end: Bytes) -> Bytes:
    start = align_up(end, buffer.alignment_bytes)
    placed[buffer.full_name] = _Placed(buffer, start, start)
    return start + buffer.size_bytes


def _fit_inside(placed: dict[str, _Placed], buffer: Buffer, target_name: str) -> bool:
    target = placed.get(target_name)
    if target is None or buffer.persistent or target.buffer.persistent:
        return False
    start = align_up(target.used_bytes, buffer.alignment_bytes)
    if start + buffer.size_bytes > target.start_bytes + target.buffer.size_bytes:
        return False
    target.used_bytes = start + buffer.size_bytes
    placed[buffer.full_name] = _Placed(buffer, start, start)
    return True
