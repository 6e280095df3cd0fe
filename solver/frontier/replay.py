"""A point of a frontier as a manifest, and as a layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from warpack.solver.answer.assemble import assemble
from warpack.solver.flatten import flatten
from warpack.solver.flatten.items import splittable
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.frontier.levels import keeps_windows_behind
from warpack.solver.search.auto.stride_widening import launch_of
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.region.over import floor_of, free_names
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes


def manifest_of_point(manifest: Manifest, point: Mapping[str, Any]) -> Manifest:
    """`manifest` with the point's choices written into it: the threads per block, and for every `auto` buffer whether
    it is shared or local. The point's offsets are its warm start, so that solving it gives at most the point's run
    bytes. The user's own layout is left out: it may have other `auto` buffers on chip."""
    options = replace(manifest.solver, warm_start=dict(point["offsets_bytes"]))
    on_chip = frozenset(point["on_chip"])
    return replace(
        manifest,
        launch=replace(manifest.launch, threads_per_block=point["threads_per_block"]),
        buffers=tuple(_decided(buffer, on_chip) for buffer in manifest.buffers),
        frontier=False,
        solver=options,
        baseline=None,
    )


def layout_of_point(manifest: Manifest, point: Mapping[str, Any]) -> Layout:
    """The layout of `manifest_of_point`, with the point's own offsets: nothing is searched, and run bytes are proven by
    the max-live bound alone. `warpack.verify` checks it against that manifest.

    Raises KeyError where the point has no offset for a buffer that must lie on chip, ValueError where its block does
    not fit: then it is no point of this manifest."""
    fixed = manifest_of_point(manifest, point)
    offsets: Mapping[str, Bytes] = point["offsets_bytes"]
    names = splittable(fixed)
    apart = frozenset(name for name in names if name not in offsets)
    flat = flatten(fixed, frozenset(), apart)
    block = _packing(flat.block, offsets)
    free = free_names(manifest, flatten(manifest, frozenset(), apart, warned=False), apart)
    if keeps_windows_behind(manifest, point["on_chip"]):
        free = frozenset()
    packed = Packed(flat, _packing(flat.run, offsets), block, floor=floor_of(flat.block, block, free) if free else None)
    launch = launch_of(fixed, packed)
    if launch is None:
        raise ValueError(
            f"a block of {number_of(point['threads_per_block'], 'thread')} does not fit with these offsets"
        )
    return assemble(fixed, packed, packed, launch, 0.0)


def _decided(buffer: Buffer, on_chip: frozenset[str]) -> Buffer:
    if buffer.location != "auto":
        return buffer
    if buffer.full_name in on_chip:
        return replace(buffer, location="shared")
    return replace(buffer, location="local", pinned_offset_bytes=None)


def _packing(problem: RegionProblem, offsets: Mapping[str, Bytes]) -> Packing:
    placed = tuple(offsets[item.name] for item in problem.items)
    bound = lower_bound(problem)
    size = max((offset + item.size_bytes for offset, item in zip(placed, problem.items, strict=True)), default=0)
    return Packing(placed, size, bound.size_bytes, bound)
