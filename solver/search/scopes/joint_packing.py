"""Better launches, if the block's and the runs' buffers share one memory: found by packing both at once, or ruled out
by bounds."""

from __future__ import annotations

from dataclasses import replace

from warpack.solver.launch.block import block_shape
from warpack.solver.launch.ranking import rank_of
from warpack.solver.launch.wanted import Wanted, wanted_launches
from warpack.solver.search.auto.stride_widening import launch_of, widening_autos
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.over import Floor
from warpack.solver.search.region.regions import Packed
from warpack.solver.search.scopes.cpsat_joint import JointModel, JointPacking
from warpack.solver.search.scopes.launch_bound import LaunchBound
from warpack.solver.wire.manifest import Manifest


def apply_to(manifest: Manifest, packed: Packed) -> bool:
    """Whether windows and block-scoped buffers compete, so that the sums of both regions alone do not decide."""
    return bool(packed.flat.run.items and packed.flat.block.items) and not widening_autos(manifest)


def together(manifest: Manifest, packed: Packed, stop: Stop) -> Packed:
    """Goes through the better launches, the best first. With few buffers it searches exactly whether a launch is
    possible."""
    launch = launch_of(manifest, packed)
    shape = block_shape(manifest, run_bytes=packed.run.size_bytes, block_region_bytes=0)
    least_run, least_block = packed.run.lower_bound_bytes, packed.block.lower_bound_bytes
    ceiling = LaunchBound(manifest, packed.flat, shape, least_run, least_block)
    mixed = JointModel(manifest, packed.flat, shape.region, least_run)
    asked = mixed.possible and not any(buffer.location == "auto" and buffer.size for buffer in manifest.buffers)
    open_: Wanted | None = None
    for wanted in wanted_launches(manifest, shape, None if launch is None else rank_of(manifest, launch)):
        if not ceiling.allows(wanted):
            continue
        answer = mixed.ask(wanted.threads, wanted.dynamic_bytes_at_most, stop) if asked else None
        if answer is None or answer.outcome == "unknown":
            open_ = open_ or wanted
            if answer is None or stop.now():
                break
        elif answer.together is not None:
            return replace(_with(packed, answer.together), weighed=True, open_launch=open_)
    return replace(packed, weighed=True, open_launch=open_)


def _with(packed: Packed, told: JointPacking) -> Packed:
    """The packing with the offsets of a joint packing."""
    run_top = max(offset + item.size_bytes for offset, item in zip(told.run, packed.flat.run.items, strict=True))
    ends = [(start, start + item.size_bytes) for start, item in zip(told.block, packed.flat.block.items, strict=True)]
    below = [min(end, told.base_bytes) for start, end in ends if start < told.base_bytes]
    region = max(below, default=0)
    fixed = tuple(number for number, (start, _) in enumerate(ends) if start < told.base_bytes)
    alone = packed.flat.block.restrict(())
    floor = Floor(fixed, replace(packed.block, lower_bound_bytes=0, bound=lower_bound(alone), search=None), region)
    return replace(
        packed,
        run=replace(packed.run, offsets=told.run, size_bytes=run_top, puzzle=None),
        block=replace(packed.block, offsets=told.block, size_bytes=max(end for _, end in ends), puzzle=None),
        floor=floor,
    )
