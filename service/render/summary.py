"""What a layout says, a line each: threads, bytes, how far both are proven, and what was saved."""

from __future__ import annotations

from solver.launch.budget import budget_bytes
from solver.wire.layout import Baseline, LaunchFigures, Layout
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes

_BASELINES = {"no_sharing": "no sharing", "declared_aliases": "declared aliases"}
_LIMITS = {"shared": "shared memory", "blocks": "block slots"}


def summary(manifest: Manifest, layout: Layout) -> list[str]:
    """Lines for people; the numbers are those of the layout."""
    launch = layout.launch
    if launch is None:
        return [*_infeasible(manifest, layout)]
    return [
        _threads(layout, launch),
        *_bytes(layout, launch),
        _shared(manifest, launch),
        *_conflicts(launch),
        *_local(layout),
        *saved(layout),
    ]


def saved(layout: Layout) -> list[str]:
    """A line for each simpler rule: the run bytes and threads that it gives, and what the layout saves against it."""
    return (
        [] if layout.launch is None else [_saved(layout.launch, rule, base) for rule, base in layout.baselines.items()]
    )


def warning_lines(layout: Layout) -> list[str]:
    return [f"warning: {warning}" for warning in layout.warnings]


def _infeasible(manifest: Manifest, layout: Layout) -> list[str]:
    lines = [f"infeasible: not one launch that the manifest allows fits the budget of {budget_bytes(manifest)} bytes"]
    if layout.minimum_budget_bytes is None:
        lines.append("no shared budget would help: the block size or the registers forbid every launch")
    else:
        lines.append(f"the least budget that would do: {layout.minimum_budget_bytes} bytes")
    return lines


def _threads(layout: Layout, launch: LaunchFigures) -> str:
    proof, occupancy = layout.proof.threads_per_block, launch.occupancy
    proven = "proven the most" if proof.status == "optimal" else f"at most {proof.upper_bound}"
    runs = "" if launch.runs_per_block == launch.threads_per_block else f" ({launch.runs_per_block} runs)"
    limit = _LIMITS.get(occupancy.limited_by, occupancy.limited_by)
    registers = ", registers not counted" if occupancy.assumes_no_register_limit else ""
    return (
        f"threads per block  {launch.threads_per_block}{runs}, {proven}; {occupancy.resident_threads} resident on a "
        f"multiprocessor (limited by {limit}{registers})"
    )


def _bytes(layout: Layout, launch: LaunchFigures) -> list[str]:
    lines = []
    if launch.run_bytes:
        lines.append(
            f"run bytes          {launch.run_bytes}, {_bound(layout.proof.run_bytes.status, layout.proof.run_bytes.lower_bound_bytes)}; "
            f"stride {launch.stride_bytes} with {launch.padding_bytes} bytes of padding"
        )
    if launch.block_region_bytes:
        proof = layout.proof.block_region_bytes
        gap = f"; {launch.region_gap_bytes} bytes of gap before the runs" if launch.region_gap_bytes else ""
        lines.append(
            f"block region       {launch.block_region_bytes} bytes, {_bound(proof.status, proof.lower_bound_bytes)}{gap}"
        )
    return lines


def _bound(status: str, lower_bound_bytes: Bytes) -> str:
    return "proven the fewest" if status == "optimal" else f"no layout has fewer than {lower_bound_bytes}"


def _shared(manifest: Manifest, launch: LaunchFigures) -> str:
    static = manifest.target.static_shared_bytes
    opt_in = ", above 48 KiB: the kernel must opt in" if launch.opt_in else ""
    return (
        f"shared memory      {launch.dynamic_shared_bytes} bytes dynamic"
        + (f" and {static} static" if static else "")
        + f" of a budget of {budget_bytes(manifest)}{opt_in}"
    )


def _conflicts(launch: LaunchFigures) -> list[str]:
    lines = []
    worst = {width: degree for width, degree in launch.bank_conflict_degree.items() if degree > 1}
    if worst:
        widths = ", ".join(f"{degree} passes for {width}-byte elements" for width, degree in sorted(worst.items()))
        lines.append(f"bank conflicts     {widths}")
    if launch.threads_if_conflicts_ignored > launch.threads_per_block:
        lines.append(
            f"bank conflicts     avoiding them costs threads: {launch.threads_if_conflicts_ignored} if they were ignored"
        )
    return lines


def _local(layout: Layout) -> list[str]:
    local = layout.local
    if not local.local_bytes and not local.persistent_local_bytes:
        return []
    return [
        f"per thread         {local.local_bytes} bytes local, {local.persistent_local_bytes} bytes persistent local"
    ]


def _saved(launch: LaunchFigures, rule: str, base: Baseline) -> str:
    less = base.run_bytes - launch.run_bytes
    share = f" ({less / base.run_bytes:.1%})" if base.run_bytes else ""
    change = f"{less} bytes a run saved{share}" if less >= 0 else f"{-less} bytes a run more"
    threads = f"{base.threads_per_block} -> {launch.threads_per_block} threads per block"
    return f"{'against ' + _BASELINES.get(rule, rule):<25}  {base.run_bytes} -> {launch.run_bytes} run bytes: {change}; {threads}"
