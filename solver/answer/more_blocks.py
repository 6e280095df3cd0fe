"""What one more block on a multiprocessor, or a larger block, would need, for kernels with block-scoped arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from warpack.solver.answer.barriers import MissingBarrier
from warpack.solver.answer.what_if import WhatIf
from warpack.solver.devices.occupancy import block_limits
from warpack.solver.launch.block import BlockShape, block_shape
from warpack.solver.launch.wanted import most_dynamic_bytes
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


def one_more_block(
    manifest: Manifest,
    packed: Packed,
    launch: LaunchFigures,
    what_if: WhatIf,
    barriers: Sequence[MissingBarrier],
) -> dict[str, Any]:
    """One more block of as many threads. `limited_by`: another resource does not allow it. Otherwise the bytes that a
    block may then take, and which single changes of the block region are enough, unless some of it lies over windows.
    Where there are runs too, nothing is ruled out."""
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
    if not beside_runs:  # some buffer might find room among the windows
        found["ruled_out_by_the_bound"] = allowed < packed.block.lower_bound_bytes
    if allowed < 0 or not what_if.possible:
        return found
    found["block_region_bytes_at_most"] = allowed
    without = _allowed_without(manifest, packed, launch, windows)
    return found | {"enough": _enough(packed, what_if, allowed, without, barriers)}


def smaller_block_region(
    manifest: Manifest, packed: Packed, threads: int, barriers: Sequence[MissingBarrier]
) -> dict[str, Any] | None:
    """The bytes that are left for the block region beside the windows of a larger block, of `threads` threads, and
    which single changes are enough. None where some of it lies over windows, or where the block region is not the only
    obstacle, or none."""
    if not packed.block.size_bytes or packed.floor is not None:
        return None
    shape = block_shape(manifest, run_bytes=packed.run.size_bytes, block_region_bytes=0, on_chip=packed.on_chip)
    if not shape.fits(threads):
        return None
    alignment = shape.region.run_alignment_bytes
    allowed = (shape.budget_bytes - shape.total_bytes(threads)) // alignment * alignment
    if allowed >= packed.block.size_bytes:
        return None
    what_if = WhatIf.of(packed.flat.block, packed.flat.timeline, packed.block)
    found: dict[str, Any] = {
        "block_region_bytes_at_most": allowed,
        "block_region_bytes_to_go": packed.block.size_bytes - allowed,
    }
    return found | {"enough": _enough(packed, what_if, allowed, {}, barriers)} if what_if.possible else found


def _enough(
    packed: Packed,
    what_if: WhatIf,
    allowed: Bytes,
    without: Mapping[str, Bytes],
    barriers: Sequence[MissingBarrier],
) -> dict[str, Any]:
    """`settled`: no other single buffer or lifetime is enough. Unknown where there are runs, since their windows may
    have room."""
    enough = what_if.enough(allowed, without)
    settled = enough.buffers_settled and enough.lifetimes_settled
    return {
        "without": list(enough.buffers),
        "shorter": [what_if.to_json(change) for change in enough.lifetimes],
        "barriers": [one.to_json() for one in barriers if packed.block.size_bytes - one.saved.block <= allowed],
        "settled": settled and not packed.run.size_bytes,
    }


def _shape(manifest: Manifest, packed: Packed, launch: LaunchFigures) -> BlockShape:
    return block_shape(
        manifest,
        run_bytes=launch.run_bytes,
        block_region_bytes=launch.block_region_bytes,
        on_chip=packed.on_chip,
    )


def _others(manifest: Manifest, shape: BlockShape, threads: int, blocks: int) -> list[str]:
    """The resources, other than dynamic shared memory, that allow no more than this many blocks."""
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
    """The most bytes of the block region when one buffer is left out: the one that alone has the largest alignment,
    without which static bytes are rounded up less."""
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
