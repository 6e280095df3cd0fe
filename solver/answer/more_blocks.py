"""What it would take to have one more block on a multiprocessor, for kernels whose arrays are of the block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from solver.answer.barriers import MissingBarrier
from solver.answer.what_if import WhatIf
from solver.devices.occupancy import block_limits
from solver.launch.block import BlockShape, block_shape
from solver.launch.wanted import most_dynamic_bytes
from solver.search.regions import Packed
from solver.wire.layout import LaunchFigures
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes


def one_more_block(
    manifest: Manifest,
    packed: Packed,
    launch: LaunchFigures,
    what_if: WhatIf,
    barriers: Sequence[MissingBarrier],
) -> dict[str, Any]:
    """With as many threads per block. `limited_by`: what else than the bytes stands in the way. Otherwise the bytes that a block may then
    take, and what single changes of the block region are enough, unless some of it lies over windows. Beside runs nothing is ruled out."""
    shape, blocks = _shape(manifest, packed, launch), launch.occupancy.blocks_per_sm
    found: dict[str, Any] = {"blocks_per_sm": blocks + 1}
    others = _others(manifest, shape, launch.threads_per_block, blocks)
    if others:
        return found | {"limited_by": others}
    at_most = most_dynamic_bytes(shape, launch.threads_per_block, blocks + 1)
    found |= {
        "resident_threads": launch.threads_per_block * (blocks + 1),
        "dynamic_shared_bytes_at_most": at_most,
        "bytes_to_go": launch.dynamic_shared_bytes - at_most,
    }
    beside_runs = packed.run.size_bytes > 0
    if beside_runs and packed.floor is not None:
        return found
    windows = launch.stride_bytes * launch.runs_per_block
    alignment = shape.region.run_alignment_bytes
    allowed = (at_most - windows) // alignment * alignment
    if not beside_runs:  # behind which some buffer might find room
        found["ruled_out_by_the_bound"] = allowed < packed.block.lower_bound_bytes
    if allowed < 0 or not what_if.possible:
        return found
    found["block_region_bytes_at_most"] = allowed
    enough = what_if.enough(allowed, _allowed_without(manifest, packed, launch, windows))
    enough_barriers = [one.to_json() for one in barriers if packed.block.size_bytes - one.saved.block <= allowed]
    return found | {
        "enough": {
            "without": list(enough.buffers),
            "shorter": [what_if.to_json(change) for change in enough.lifetimes],
            "barriers": enough_barriers,
            "settled": enough.buffers_settled and enough.lifetimes_settled and not beside_runs,
        }
    }


def _shape(manifest: Manifest, packed: Packed, launch: LaunchFigures) -> BlockShape:
    return block_shape(
        manifest,
        run_bytes=launch.run_bytes,
        block_region_bytes=launch.block_region_bytes,
        on_chip=packed.on_chip,
    )


def _others(manifest: Manifest, shape: BlockShape, threads: int, blocks: int) -> list[str]:
    """The resources but dynamic shared memory that allow no more than so many blocks."""
    limits = block_limits(
        shape.device,
        threads=threads,
        registers_per_thread=manifest.target.registers_per_thread,
        static_shared_bytes=shape.static_bytes,
        dynamic_shared_bytes=0,
        carveout=manifest.target.carveout,
    )
    names = {"shared": "static shared memory"}
    return [names.get(resource, resource) for resource, limit in limits.items() if limit <= blocks]


def _allowed_without(manifest: Manifest, packed: Packed, launch: LaunchFigures, windows: Bytes) -> dict[str, Bytes]:
    """What the block region may take once one buffer has gone, for the one that alone has the largest alignment: without it static bytes
    are rounded up less."""
    placed = [one for one in manifest.buffers if one.location == "shared" and one.size]
    most = max((one.alignment_bytes for one in placed), default=0)
    holders = [one for one in placed if one.alignment_bytes == most]
    if len(holders) != 1 or holders[0].scope != "block":
        return {}
    left = replace(manifest, buffers=tuple(one for one in manifest.buffers if one is not holders[0]))
    shape = _shape(left, packed, launch)
    at_most = most_dynamic_bytes(shape, launch.threads_per_block, launch.occupancy.blocks_per_sm + 1)
    alignment = shape.region.run_alignment_bytes
    return {holders[0].full_name: (at_most - windows) // alignment * alignment}
