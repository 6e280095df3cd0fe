"""The layout that Warpack's is held against, as a layout of its own, so that it is drawn like one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from warpack.service.render.draw.told import Before
from warpack.solver.launch.threads import launch_for
from warpack.solver.wire.layout import Layout, PlacedBuffer, PlacedPart
from warpack.solver.wire.manifest import Buffer, HandLayout, Manifest
from warpack.solver.wire.units import Bytes, align_up


def layout_before(manifest: Manifest, layout: Layout, before: Before) -> Layout:
    """`manifest` has the sizes of the layout's block. Without hand-overs, which only Warpack's layout lists."""
    own = manifest.baseline if before.key == "by_hand" else None
    placed = tuple(_side_by_side(manifest, layout)) if own is None else tuple(_by_hand(manifest, own))
    if layout.pool is not None or layout.launch is None:
        pool = None if layout.pool is None else replace(layout.pool, pool_bytes=before.figures.pool_bytes)
        return replace(layout, buffers=placed, pool=pool, handoffs=(), components=())
    figures, on_chip = before.figures, {one.full_name for one in placed if one.location == "shared"}
    auto = frozenset(one.full_name for one in manifest.buffers if one.location == "auto" and one.full_name in on_chip)
    rules = manifest
    if figures.threads_per_block:
        rules = replace(manifest, launch=replace(manifest.launch, threads_per_block=figures.threads_per_block))
    found = launch_for(rules, run_bytes=figures.run_bytes, block_region_bytes=figures.block_region_bytes, on_chip=auto)
    if found is None:
        size = figures.run_bytes
        found = replace(layout.launch, run_bytes=size, stride_bytes=size, block_region_bytes=figures.block_region_bytes)
    return replace(layout, buffers=placed, launch=found, handoffs=(), components=())


def _side_by_side(manifest: Manifest, layout: Layout) -> list[PlacedBuffer]:
    """Each buffer that the layout has on chip after the one before it, in the manifest's order."""
    ends: dict[str, Bytes] = {"run": 0, "block": 0, "pool": 0}
    by_name, found = layout.by_name, []
    for buffer in manifest.buffers:
        placed = by_name[buffer.full_name]
        if placed.region in ends:
            at = align_up(ends[placed.region], buffer.alignment_bytes)
            ends[placed.region] = at + buffer.size_bytes
            found.append(replace(placed, offset_bytes=at, parts=None, shares_bytes_with=()))
    return found


def _by_hand(manifest: Manifest, own: HandLayout) -> list[PlacedBuffer]:
    return [_placed(manifest, buffer, dict(own.places(buffer))) for buffer in manifest.buffers if own.places(buffer)]


def _placed(manifest: Manifest, buffer: Buffer, offsets: Mapping[str, Bytes]) -> PlacedBuffer:
    whole = offsets.get(buffer.full_name)
    itemsize = buffer.size_bytes // buffer.size if buffer.size else 0
    parts = tuple(
        PlacedPart(name, offsets[name], part.size * itemsize)
        for part in buffer.parts
        if (name := buffer.part_name(part)) in offsets
    )
    return PlacedBuffer(
        component=buffer.component,
        name=buffer.name,
        location="shared",
        region="pool" if manifest.of_pool else "run" if buffer.scope == "run" else "block",
        offset_bytes=whole,
        size_bytes=buffer.size_bytes,
        parts=None if whole is not None else parts,
    )
