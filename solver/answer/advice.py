"""What keeps the bytes from being fewer, and what more threads would need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from warpack.solver.answer.barriers import MissingBarrier
from warpack.solver.answer.more_blocks import one_more_block, smaller_block_region
from warpack.solver.answer.what_if import WhatIf
from warpack.solver.devices.table import device
from warpack.solver.flatten.problem import FlatTimeline, RegionProblem
from warpack.solver.launch.mixing import strides_alike
from warpack.solver.launch.ranking import threads_step
from warpack.solver.launch.region import on_chip_buffers, run_region
from warpack.solver.launch.threads import block_for, largest_run_bytes_for
from warpack.solver.launch.weighing import weighs
from warpack.solver.search.core.packing import Packing, heaviest
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

_MOST_LISTED = 6
"""How many shorter lifetimes, and how many barriers, are named."""


def advise(
    manifest: Manifest,
    base: Packed,
    packed: Packed,
    launch: LaunchFigures | None,
    barriers: Sequence[MissingBarrier] = (),
) -> dict[str, Any]:
    """`peak` of the run region and `block_peak` of the block region; `barriers` that are missing; `one_more_block` on a
    multiprocessor, where there is a block region; `next_larger_block` where a larger block is allowed;
    `resident_threads` where that objective would give more of them; `promoted` where `auto` buffers were placed on
    chip. `base` is the packing without any of those, which decides the threads, `packed` the layout's."""
    advice: dict[str, Any] = {}
    flat = packed.flat
    what_if = WhatIf.of(flat.run, flat.timeline, packed.run)
    of_block = WhatIf.of(flat.block, flat.timeline, packed.block) if flat.block.items else None
    for key, region in (("peak", what_if), ("block_peak", of_block)):
        if region is not None and region.peak.phase is not None:
            advice[key] = _peak(region)
    if barriers:
        advice["barriers"] = [one.to_json() for one in barriers[:_MOST_LISTED]]
    if launch is None:
        return advice
    if of_block is not None and (launch.block_region_bytes or not packed.run.size_bytes):
        advice["one_more_block"] = one_more_block(manifest, packed, launch, of_block, barriers)
    larger = _next_larger_block(manifest, base, launch, what_if if not packed.on_chip else None, barriers)
    if larger is not None:
        advice["next_larger_block"] = larger
    chosen_by_threads = manifest.objective == "threads_per_block" and manifest.launch.threads_per_block is None
    if chosen_by_threads and not weighs(manifest):  # where accesses are weighed, another objective gives no others
        resident = _more_resident(manifest, base, launch)
        if resident is not None:
            advice["resident_threads"] = resident
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto"]
    if autos:
        advice["promoted"] = {
            "buffers": sorted(packed.on_chip),
            "accesses_on_chip": sum(buffer.accesses for buffer in autos if buffer.full_name in packed.on_chip),
            "accesses": sum(buffer.accesses for buffer in autos),
        }
    return advice


def peak_of(problem: RegionProblem, timeline: FlatTimeline, packing: Packing) -> dict[str, Any] | None:
    """The peak of one region; None where nothing lies in it."""
    what_if = WhatIf.of(problem, timeline, packing)
    return None if what_if.peak.phase is None else _peak(what_if)


def _peak(what_if: WhatIf) -> dict[str, Any]:
    """The phase whose buffers need the most bytes, those of its buffers that must lie apart (largest first), and the
    lifetimes that would lower the peak if they were one phase shorter."""
    peak, names = what_if.peak, what_if.timeline.names
    found: dict[str, Any] = {
        "phase": peak.phase,
        "phase_name": names[peak.phase or 0],
        "live_bytes": peak.size_bytes,
        "buffers": [{"name": name, "bytes": size} for name, size in heaviest(what_if.problem, peak.pieces)],
    }
    lower = what_if.lowering()[:_MOST_LISTED] if what_if.possible else ()
    if lower:
        found["lowered_by"] = [what_if.to_json(change) | {"live_bytes": left} for change, left in lower]
    return found


def _next_larger_block(
    manifest: Manifest,
    base: Packed,
    launch: LaunchFigures,
    what_if: WhatIf | None,
    barriers: Sequence[MissingBarrier],
) -> dict[str, Any] | None:
    """The next block size that the launch rules allow, how many bytes its runs or its block region may take, and which
    single changes are enough. None where this block is the largest, where the manifest gives the size, or where
    something other than bytes limits it."""
    rules = manifest.launch
    if rules.threads_per_block is not None or manifest.objective == "resident_threads":
        return None
    whole = launch.threads_per_block % threads_step(manifest) == 0
    step = threads_step(manifest) if whole else rules.threads_per_run
    threads = launch.threads_per_block + step
    most = min(rules.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    if threads > most:
        return None
    allowed = largest_run_bytes_for(manifest, threads, launch.block_region_bytes)
    if allowed is not None and allowed >= base.run.size_bytes:
        return None
    region = smaller_block_region(manifest, base, threads, barriers)
    found: dict[str, Any] = {"threads_per_block": threads}
    if region is not None:
        found["block_region"] = region
    if allowed is None:
        return found if region is not None else None
    found |= {
        "run_bytes_at_most": allowed,
        "run_bytes_to_go": base.run.size_bytes - allowed,
        "ruled_out_by_the_bound": allowed < base.run.lower_bound_bytes,
    }
    what_if = what_if or WhatIf.of(base.flat.run, base.flat.timeline, base.run)
    if not what_if.possible:
        return found
    alone = not base.flat.block.items  # else a change may also make room for the block's buffers over windows
    return found | _enough(manifest, what_if, threads, allowed, launch.block_region_bytes, alone=alone)


def _enough(
    manifest: Manifest, what_if: WhatIf, threads: int, allowed: Bytes, block_region_bytes: Bytes, *, alone: bool
) -> dict[str, Any]:
    """`settled`: no other single change of the two kinds is enough. `alone`: only runs take shared bytes."""
    enough = what_if.enough(allowed, _allowed_without(manifest, threads, block_region_bytes))
    return {
        "enough": {
            "without": list(enough.buffers),
            "shorter": [what_if.to_json(change) for change in enough.lifetimes],
            "settled": alone and enough.buffers_settled and enough.lifetimes_settled,
        }
    }


def _allowed_without(manifest: Manifest, threads: int, block_region_bytes: Bytes) -> dict[str, Bytes]:
    """The most bytes of a run in a block of `threads` threads when one buffer is left out. Only buffers are listed
    without which another stride may be best: those that alone have the widest elements or the largest alignment, or all
    where accesses decide. -1: no number of bytes is small enough."""
    of_runs = [buffer for buffer in on_chip_buffers(manifest) if buffer.scope == "run"]
    if strides_alike(run_region(manifest), manifest.launch.threads_per_run):
        with_traits = ([b.dtype.itemsize_bytes for b in of_runs], [b.alignment_bytes for b in of_runs])
        alone = (_alone_with_most(of_runs, traits) for traits in with_traits)
        looked_at = [buffer for buffer in alone if buffer is not None]
    else:  # accesses decide about the stride, and any buffer may tip the balance
        looked_at = of_runs
    allowed: dict[str, Bytes] = {}
    for gone in looked_at:
        left = replace(manifest, buffers=tuple(one for one in manifest.buffers if one is not gone))
        most_bytes = largest_run_bytes_for(left, threads, block_region_bytes)
        allowed[gone.full_name] = -1 if most_bytes is None else most_bytes
    return allowed


def _alone_with_most(buffers: Sequence[Buffer], traits: Sequence[int]) -> Buffer | None:
    """The buffer that alone has the largest trait; None where several have it."""
    most = max(traits, default=0)
    holders = [buffer for buffer, trait in zip(buffers, traits, strict=True) if trait == most]
    return holders[0] if len(holders) == 1 else None


def _more_resident(manifest: Manifest, base: Packed, launch: LaunchFigures) -> dict[str, Any] | None:
    if launch.occupancy.resident_threads == device(manifest.target.compute_capability).max_threads_per_sm:
        return None
    other = block_for(
        replace(manifest, objective="resident_threads"),
        run_bytes=base.run.size_bytes,
        block_region_bytes=base.region_bytes,
        block_reach_bytes=base.reach_bytes,
    )
    if other is None:
        return None
    resident = other.shape.occupancy(other.threads).resident_threads
    if resident <= launch.occupancy.resident_threads:
        return None
    return {
        "resident_threads": resident,
        "threads_per_block": other.threads,
        "resident_threads_now": launch.occupancy.resident_threads,
    }
