"""`auto` buffers into bytes that are free anyway: the third wish, after the threads per block and the resident threads.

The `auto` buffers are taken in falling order of accesses. If all of a list fit together they are taken; if not, its first half
is tried, then its second half. What fits is decided by real packings, so nothing has to be taken back later.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.flatten import flatten
from solver.launch.threads import launch_for
from solver.search.bound import lower_bound
from solver.search.firstfit import PinsCollide
from solver.search.regions import Packed, pack_regions
from solver.search.stop import Stop
from solver.wire.layout import LaunchFigures
from solver.wire.manifest import Buffer, Manifest
from solver.wire.units import Bytes

_TRIAL_SHARE = 0.05
"""Of the time that is left, the most that one trial may take."""


def candidates(manifest: Manifest) -> list[Buffer]:
    """The `auto` buffers that have something to win, most accesses first, smaller ones first among equals."""
    autos = (buffer for buffer in manifest.buffers if buffer.location == "auto" and buffer.size_bytes)
    return sorted(autos, key=lambda buffer: (-buffer.accesses, buffer.size_bytes, buffer.full_name))


def promote(manifest: Manifest, base: Packed, launch: LaunchFigures, stop: Stop) -> Packed:
    """`base` with as many `auto` buffers on chip as leave the threads per block of `launch`, and no fewer resident threads."""
    packed = base
    waiting: list[Sequence[Buffer]] = [candidates(manifest)]
    while waiting and not stop.now():
        batch = waiting.pop()
        if not batch:
            continue
        trial = _try(manifest, packed, batch, launch, stop.within(_TRIAL_SHARE * stop.remaining_s))
        if trial is not None:
            packed = trial
        elif len(batch) > 1:
            half = (len(batch) + 1) // 2
            waiting += [batch[half:], batch[:half]]
    return packed


def _try(
    manifest: Manifest, packed: Packed, batch: Sequence[Buffer], launch: LaunchFigures, stop: Stop
) -> Packed | None:
    on_chip = packed.on_chip | {buffer.full_name for buffer in batch}
    flat = flatten(manifest, on_chip)
    least_run, least_block = lower_bound(flat.run).size_bytes, lower_bound(flat.block).size_bytes
    if not _kept(manifest, launch, on_chip, least_run, least_block):
        return None
    try:
        trial = pack_regions(manifest, stop=stop, on_chip=on_chip)
    except PinsCollide:
        return None
    return trial if _kept(manifest, launch, on_chip, trial.run.size_bytes, trial.block.size_bytes) else None


def _kept(
    manifest: Manifest, launch: LaunchFigures, on_chip: frozenset[str], run_bytes: Bytes, block_bytes: Bytes
) -> bool:
    """Whether so many bytes leave the threads per block as they are, and at least as many resident threads."""
    found = launch_for(manifest, run_bytes=run_bytes, block_region_bytes=block_bytes, on_chip=on_chip)
    return (
        found is not None
        and found.threads_per_block == launch.threads_per_block
        and found.occupancy.resident_threads >= launch.occupancy.resident_threads
    )
