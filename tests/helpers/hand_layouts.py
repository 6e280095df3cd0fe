"""Layouts written down by hand, for tests of what reads layouts: nothing here searches or verifies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.solver.wire.dtypes import DTYPES
from warpack.solver.wire.layout import (
    BytesProof,
    LaunchFigures,
    Layout,
    LocalBytes,
    Occupancy,
    PlacedBuffer,
    Proof,
    Region,
    ThreadsProof,
)
from warpack.solver.wire.manifest import Buffer, Interval, Launch, Manifest, Part, Target, Timeline
from warpack.solver.wire.units import align_up


def make_buffer(full_name: str, size: int, dtype: str = "float32", **fields: Any) -> Buffer:
    """A buffer with natural alignment unless `alignment_bytes` says otherwise."""
    component, _, name = full_name.rpartition("/")
    fields.setdefault("alignment_bytes", DTYPES[dtype].alignment_bytes)
    return Buffer(name=name, component=component, size=size, dtype=DTYPES[dtype], **fields)


def make_part(name: str, offset: int, size: int, start: int = 0, end: int = 1) -> Part:
    return Part(name=name, offset=offset, size=size, lifetime=(Interval(start, end),))


def make_manifest(
    *buffers: Buffer, compute_capability: str = "8.6", threads_per_run: int = 1, **fields: Any
) -> Manifest:
    fields.setdefault("timeline", Timeline(length=4))
    return Manifest(
        target=Target(compute_capability), launch=Launch(threads_per_run=threads_per_run), buffers=buffers, **fields
    )


def make_layout(
    manifest: Manifest,
    offsets: Mapping[str, int],
    *,
    regions: Mapping[str, Region] | None = None,
    runs_per_block: int = 4,
    padding_bytes: int = 0,
    base_alignment_bytes: int = 16,
    **launch: Any,
) -> Layout:
    """Offsets by full name; a buffer's region follows from its scope and location, unless `regions` says otherwise.
    Run bytes, gap, stride and dynamic bytes follow from the offsets, unless `launch` says otherwise."""
    placed = []
    for buffer in manifest.buffers:
        local: Region = "persistent_local" if buffer.persistent else "local"
        region: Region = "block" if buffer.scope == "block" else local if buffer.location == "local" else "run"
        region = (regions or {}).get(buffer.full_name, region)
        placed.append(
            PlacedBuffer(
                buffer.component,
                buffer.name,
                "local" if region in ("local", "persistent_local") else "shared",
                region,
                offsets.get(buffer.full_name),
                buffer.size_bytes,
            )
        )
    run_bytes = _end(placed, "run")
    block_bytes = _end(placed, "block")
    widest = max(
        (manifest.by_name[buffer.full_name].alignment_bytes for buffer in placed if buffer.region == "run"), default=1
    )
    figures: dict[str, Any] = {
        "run_bytes": run_bytes,
        "padding_bytes": padding_bytes,
        "stride_bytes": run_bytes + padding_bytes,
        "block_region_bytes": block_bytes,
        "region_gap_bytes": align_up(block_bytes, widest) - block_bytes,
    } | launch
    figures.setdefault(
        "dynamic_shared_bytes",
        figures["block_region_bytes"] + figures["region_gap_bytes"] + figures["stride_bytes"] * runs_per_block,
    )
    threads = runs_per_block * manifest.launch.threads_per_run
    return Layout(
        manifest_sha256=manifest.sha256,
        status="feasible",
        launch=LaunchFigures(
            threads_per_block=threads,
            runs_per_block=runs_per_block,
            base_alignment_bytes=base_alignment_bytes,
            opt_in=figures["dynamic_shared_bytes"] > 49152,
            bank_conflict_degree={},
            threads_if_conflicts_ignored=threads,
            occupancy=Occupancy(1, threads, "shared", True),
            **figures,
        ),
        buffers=tuple(placed),
        proof=Proof(ThreadsProof("feasible", 1024, {}), BytesProof("feasible", 0, {}), BytesProof("feasible", 0, {})),
        baselines={},
        local=LocalBytes(
            sum(buffer.size_bytes for buffer in placed if buffer.region == "local"), _end(placed, "persistent_local")
        ),
    )


def _end(placed: list[PlacedBuffer], region: Region) -> int:
    return max(
        ((buffer.offset_bytes or 0) + buffer.size_bytes for buffer in placed if buffer.region == region), default=0
    )
