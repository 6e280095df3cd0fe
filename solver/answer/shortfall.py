"""Why a manifest does not fit its budget, with a message that says what to change."""

from __future__ import annotations

from dataclasses import replace

from warpack.solver.devices.table import device
from warpack.solver.flatten.problem import FlatManifest, FlatTimeline, RegionProblem
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.launch.hurdles import hurdle
from warpack.solver.launch.threads import minimum_budget_bytes
from warpack.solver.search.auto.stride_widening import widening_autos
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.packing import heaviest
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import Bytes

EXCEEDS_BUDGET = "exceeds-budget"

_MOST_NAMED = 8


def ruled_out(manifest: Manifest, flat: FlatManifest) -> Problem | None:
    """What rules out every layout, as far as that is known without a search: an impossible launch, or bounds that
    exceed the budget. `flat` has every `auto` buffer local. None where nothing rules it out."""
    found = hurdle(manifest)
    if found is not None:
        return found
    needed = needed_bytes(manifest, lower_bound(flat.run).size_bytes, lower_bound(flat.block).size_bytes)
    return None if needed is None or needed <= budget_bytes(manifest) else shortfall(manifest, flat, needed)


def needed_bytes(manifest: Manifest, run_bytes: Bytes, block_region_bytes: Bytes) -> Bytes | None:
    """The fewest bytes of the smallest block, given bounds of both regions; None where there is no block."""
    rules = manifest
    if widening_autos(manifest):  # with one of them on chip another stride may be free of conflicts
        rules = replace(manifest, launch=replace(manifest.launch, bank_conflicts="ignore"))
    if run_bytes:  # block-scoped buffers over a run's window add nothing
        return minimum_budget_bytes(rules, run_bytes, 0, block_reach_bytes=block_region_bytes)
    return minimum_budget_bytes(rules, 0, block_region_bytes)


def shortfall(manifest: Manifest, flat: FlatManifest, needed: Bytes, enough: Bytes | None = None) -> Problem:
    """Every block takes at least `needed` bytes, which is more than the budget. `enough`: a budget for which there is a
    layout."""
    launch, named = manifest.launch, manifest.target.shared_budget_bytes
    block = "of one run" if launch.threads_per_block is None else f"of {number_of(launch.threads_per_block, 'thread')}"
    static = manifest.target.static_shared_bytes
    held = f", {static} of them static" if static else ""
    given = f' ("{named}")' if isinstance(named, str) else ""
    peaks = [_peak(region, flat.timeline) for region in (flat.run, flat.block)]
    sentences = [
        f"a block {block} takes at least {needed} bytes of shared memory{held}, and the budget is "
        f"{budget_bytes(manifest)}{given}",
        *(sentence for sentence, _ in peaks if sentence),
        _opt_in(manifest, needed, enough),
    ]
    names = tuple(name for _, peak in peaks for name in peak)
    return Problem(EXCEEDS_BUDGET, _pointer(manifest), "; ".join(sentences), names)


def _pointer(manifest: Manifest) -> str:
    """The pin that no budget of the architecture allows; else the budget."""
    most = device(manifest.target.compute_capability).max_smem_per_block_optin
    for number, buffer in enumerate(manifest.buffers):
        if buffer.size and (buffer.pinned_offset_bytes or 0) + buffer.size_bytes > most and buffer.pinned_offset_bytes:
            return f"/buffers/{number}/pinned_offset_bytes"
    return "/target/shared_budget_bytes"


def _peak(problem: RegionProblem, timeline: FlatTimeline) -> tuple[str, tuple[str, ...]]:
    """A sentence about the buffers that need the most bytes at the same time, and their names."""
    bound = lower_bound(problem)
    if not bound.size_bytes:
        return "", ()
    what = "a run needs" if problem.region == "run" else "the block needs"
    when = "" if bound.phase is None else f" at once in phase {timeline.names[bound.phase]}"
    if bound.kind == "pinned-buffer":
        (pin,) = (item for item in problem.items if item.name == bound.pieces[0])
        why = f"{pin.name}, of {pin.size_bytes} bytes, is pinned at byte {pin.pinned_offset_bytes}"
        return f"{what} {bound.size_bytes} bytes, because {why}", (pin.name,)
    largest = heaviest(problem, bound.pieces)
    listed = ", ".join(f"{name} {size}" for name, size in largest[:_MOST_NAMED])
    more = f" and {len(largest) - _MOST_NAMED} more" if len(largest) > _MOST_NAMED else ""
    return f"{what} {bound.size_bytes} bytes{when} ({listed}{more})", tuple(name for name, _ in largest)


def _opt_in(manifest: Manifest, needed: Bytes, enough: Bytes | None) -> str:
    limits = device(manifest.target.compute_capability)
    most, architecture = limits.max_smem_per_block_optin, limits.compute_capability
    if budget_bytes(manifest) >= most:
        return f"no block of compute capability {architecture} can have more"
    if needed > most:
        return f'"opt-in", which is {most} for compute capability {architecture}, would not be enough either'
    would = "may be enough" if enough is None or enough > most else "would be enough"
    return f'"opt-in", which is {most} for compute capability {architecture}, {would}'
