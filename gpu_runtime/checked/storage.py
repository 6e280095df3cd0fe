"""Where the buffers of checked allocators lie: each in bytes of its own, with a guard before and behind it.

In a layout that shares bytes, one cannot tell which buffer was written. Here every byte has one owner. So bytes that
change while their owner has no contents name the buffer, and a write past a buffer's end is found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import lcm

from warpack.solver.devices import device
from warpack.solver.wire.layout import LaunchFigures, Layout, PlacedBuffer, PlacedPart, Region
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, align_up

GUARD_BYTES = 16


@dataclass(frozen=True)
class Storage:
    """`layout`: the same buffers in the same regions, apart from one another. `guards`: (region, first byte, bytes, the
    full name of the buffer before it or "" at the region's start)."""

    layout: Layout
    guards: tuple[tuple[Region, Bytes, Bytes, str], ...]


def apart(layout: Layout, launch: LaunchFigures, manifest: Manifest) -> Storage:
    """Fewer threads per block where the larger windows require it, unless the manifest fixes their number. Where not
    even one run fits, or not that number, the layout is made all the same: the simulator has memory for it."""
    placed: list[PlacedBuffer] = []
    guards: list[tuple[Region, Bytes, Bytes, str]] = []
    ends: dict[Region, Bytes] = {}
    for buffer in layout.buffers:
        if buffer.region not in ("run", "block") or not buffer.size_bytes:
            placed.append(buffer)
            continue
        if buffer.region not in ends:
            guards.append((buffer.region, 0, GUARD_BYTES, ""))
            ends[buffer.region] = GUARD_BYTES
        start = align_up(ends[buffer.region], manifest.by_name[buffer.full_name].alignment_bytes)
        end = start + buffer.size_bytes
        guards.append((buffer.region, end, GUARD_BYTES, buffer.full_name))
        ends[buffer.region] = end + GUARD_BYTES
        placed.append(_moved(buffer, start, manifest))
    return Storage(
        replace(
            layout,
            launch=_launch(launch, manifest, ends.get("run", 0), ends.get("block", 0)),
            buffers=tuple(placed),
            components=(),
            handoffs=(),
        ),
        tuple(guards),
    )


def _moved(placed: PlacedBuffer, start: Bytes, manifest: Manifest) -> PlacedBuffer:
    if placed.parts is None:
        return replace(placed, offset_bytes=start, shares_bytes_with=())
    buffer = manifest.by_name[placed.full_name]
    parts = tuple(
        PlacedPart(part.name, start + buffer.dtype.bytes_of(part.offset), buffer.dtype.bytes_of(part.size))
        for part in buffer.parts
    )
    return replace(placed, parts=parts, shares_bytes_with=())


def _launch(launch: LaunchFigures, manifest: Manifest, run_bytes: Bytes, block_bytes: Bytes) -> LaunchFigures:
    base = launch.base_alignment_bytes
    stride, block_region = align_up(run_bytes, base), align_up(block_bytes, base)
    per_run = manifest.launch.threads_per_run
    static = align_up(manifest.target.static_shared_bytes, base)
    room = device(manifest.target.compute_capability).max_smem_per_block_optin - static - block_region
    runs = launch.runs_per_block
    timelines = [manifest.timeline, *(one.timeline for one in manifest.components if one.timeline is not None)]
    counted = manifest.launch.threads_per_block is not None or any(timeline.tracks for timeline in timelines)
    if stride and room < stride * runs and not counted:
        unit = lcm(per_run, manifest.launch.threads_multiple) // per_run
        runs = max(1, room // stride // unit * unit or room // stride)
    dynamic = block_region + stride * runs
    return replace(
        launch,
        threads_per_block=runs * per_run,
        runs_per_block=runs,
        run_bytes=run_bytes,
        padding_bytes=stride - run_bytes,
        stride_bytes=stride,
        block_region_bytes=block_region,
        region_gap_bytes=0,
        dynamic_shared_bytes=dynamic,
        opt_in=static + dynamic > 49152,
    )
