"""What holds the bytes up, and what it would take to get more threads."""

from __future__ import annotations

from dataclasses import replace
from math import lcm
from typing import Any

from solver.devices.table import device
from solver.launch.threads import largest_run_bytes_for, launch_for
from solver.search.bound import heaviest, max_live
from solver.search.regions import Packed
from solver.wire.layout import LaunchFigures
from solver.wire.manifest import Manifest


def advise(manifest: Manifest, packed: Packed, launch: LaunchFigures | None) -> dict[str, Any]:
    """`peak` of the run region; `next_larger_block` where a larger block is allowed; `resident_threads` where that objective
    would give more of them; `promoted` where `auto` buffers were placed on chip."""
    advice: dict[str, Any] = {}
    peak = _peak(packed)
    if peak is not None:
        advice["peak"] = peak
    if launch is None:
        return advice
    larger = _next_larger_block(manifest, packed, launch)
    if larger is not None:
        if peak is not None:
            needed = larger["run_bytes_to_go"]
            larger["buffers_at_peak_as_large"] = [one["name"] for one in peak["buffers"] if one["bytes"] >= needed]
        advice["next_larger_block"] = larger
    if manifest.objective == "threads_per_block" and manifest.launch.threads_per_block is None:
        resident = _more_resident(manifest, packed, launch)
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


def _peak(packed: Packed) -> dict[str, Any] | None:
    """The phase whose buffers need the most bytes, and those of them that must lie apart, largest first."""
    peak = max_live(packed.flat.run)
    if peak.phase is None:
        return None
    return {
        "phase": peak.phase,
        "phase_name": packed.flat.timeline.names[peak.phase],
        "live_bytes": peak.size_bytes,
        "buffers": [{"name": name, "bytes": size} for name, size in heaviest(packed.flat.run, peak.pieces)],
    }


def _next_larger_block(manifest: Manifest, packed: Packed, launch: LaunchFigures) -> dict[str, Any] | None:
    """The next block size that the launch rules allow, and what its runs may take. None where this one is the largest, where the
    manifest gives the size, or where something else than run bytes stands in the way."""
    rules = manifest.launch
    if rules.threads_per_block is not None or manifest.objective == "resident_threads":
        return None
    multiple = lcm(rules.threads_per_run, rules.threads_multiple)
    threads = (launch.threads_per_block // multiple + 1) * multiple
    most = min(rules.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    if threads > most:
        return None
    allowed = largest_run_bytes_for(manifest, threads, launch.block_region_bytes, packed.on_chip)
    if allowed is None or allowed >= launch.run_bytes:
        return None
    return {
        "threads_per_block": threads,
        "run_bytes_at_most": allowed,
        "run_bytes_to_go": launch.run_bytes - allowed,
        "ruled_out_by_the_bound": allowed < packed.run.lower_bound_bytes,
    }


def _more_resident(manifest: Manifest, packed: Packed, launch: LaunchFigures) -> dict[str, Any] | None:
    other = launch_for(
        replace(manifest, objective="resident_threads"),
        run_bytes=launch.run_bytes,
        block_region_bytes=launch.block_region_bytes,
        on_chip=packed.on_chip,
    )
    if other is None or other.occupancy.resident_threads <= launch.occupancy.resident_threads:
        return None
    return {
        "resident_threads": other.occupancy.resident_threads,
        "threads_per_block": other.threads_per_block,
        "resident_threads_now": launch.occupancy.resident_threads,
    }
