"""What a layout says in figures: threads, bytes, how far both are proven, and what was saved."""

from __future__ import annotations

from service.render.figures import Figure
from solver.launch.budget import budget_bytes
from solver.wire.layout import LaunchFigures, Layout
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes

_BASELINES = {"no_sharing": "no sharing", "declared_aliases": "declared aliases only"}
_LIMITS = {"shared": "shared memory", "blocks": "block slots"}


def summary(manifest: Manifest, layout: Layout) -> list[Figure]:
    """Labels and sentences; the numbers are those of the layout."""
    if layout.launch is None:
        return [_infeasible(manifest, layout)]
    return [
        *_threads(layout, layout.launch),
        *_bytes(layout, layout.launch),
        _shared(manifest, layout.launch),
        *_conflicts(layout.launch),
        *_local(layout),
        *saved(layout),
    ]


def saved(layout: Layout) -> list[Figure]:
    """For each simpler rule, the run bytes and threads that it gives, and what the layout saves against it."""
    figures = []
    for rule, base in layout.baselines.items():
        if layout.launch is None:
            continue
        less = base.run_bytes - layout.launch.run_bytes
        share = f" ({less / base.run_bytes:.1%})" if base.run_bytes else ""
        change = f"{less} bytes a run saved{share}" if less >= 0 else f"{-less} bytes a run more"
        figures.append(
            (
                f"against {_BASELINES.get(rule, rule)}",
                f"{base.run_bytes} -> {layout.launch.run_bytes} run bytes, {change}; "
                f"{base.threads_per_block} -> {layout.launch.threads_per_block} threads per block",
            )
        )
    return figures


def _infeasible(manifest: Manifest, layout: Layout) -> Figure:
    least = layout.minimum_budget_bytes
    helps = (
        "no budget would help: the block size or the registers forbid every launch"
        if least is None
        else f"the least that would do: {least} bytes"
    )
    return (
        "infeasible",
        f"no launch that the manifest allows fits the budget of {budget_bytes(manifest)} bytes; {helps}",
    )


def _threads(layout: Layout, launch: LaunchFigures) -> list[Figure]:
    proof, occupancy = layout.proof.threads_per_block, launch.occupancy
    proven = "proven the most" if proof.status == "optimal" else f"no layout allows more than {proof.upper_bound}"
    runs = "" if launch.runs_per_block == launch.threads_per_block else f" ({launch.runs_per_block} runs)"
    limit = _LIMITS.get(occupancy.limited_by, occupancy.limited_by)
    registers = "; registers are not known" if occupancy.assumes_no_register_limit else ""
    return [
        ("threads per block", f"{launch.threads_per_block}{runs}, {proven}"),
        ("resident threads", f"{occupancy.resident_threads} a multiprocessor, limited by {limit}{registers}"),
    ]


def _bytes(layout: Layout, launch: LaunchFigures) -> list[Figure]:
    figures = []
    if launch.run_bytes:
        proof = layout.proof.run_bytes
        stride = f"stride {launch.stride_bytes} with {launch.padding_bytes} bytes of padding"
        figures.append(("run bytes", f"{launch.run_bytes}, {_bound(proof.status, proof.lower_bound_bytes)}; {stride}"))
    if launch.block_region_bytes:
        proof = layout.proof.block_region_bytes
        gap = f"; {launch.region_gap_bytes} bytes of gap before the runs" if launch.region_gap_bytes else ""
        bound = _bound(proof.status, proof.lower_bound_bytes)
        figures.append(("block region", f"{launch.block_region_bytes} bytes, {bound}{gap}"))
    return figures


def _bound(status: str, lower_bound_bytes: Bytes) -> str:
    return "proven the fewest" if status == "optimal" else f"no layout has fewer than {lower_bound_bytes}"


def _shared(manifest: Manifest, launch: LaunchFigures) -> Figure:
    static = manifest.target.static_shared_bytes
    text = f"{launch.dynamic_shared_bytes} bytes dynamic" + (f" and {static} static" if static else "")
    opt_in = "; more than 48 KiB, so the kernel must opt in" if launch.opt_in else ""
    return "shared memory", f"{text} of a budget of {budget_bytes(manifest)}{opt_in}"


def _conflicts(launch: LaunchFigures) -> list[Figure]:
    worst = {width: degree for width, degree in launch.bank_conflict_degree.items() if degree > 1}
    said = [f"{degree} passes for elements of {width} bytes" for width, degree in sorted(worst.items())]
    if launch.threads_if_conflicts_ignored > launch.threads_per_block:
        said.append(f"ignoring them would allow {launch.threads_if_conflicts_ignored} threads per block")
    return [("bank conflicts", "; ".join(said))] if said else []


def _local(layout: Layout) -> list[Figure]:
    local = layout.local
    if not local.local_bytes and not local.persistent_local_bytes:
        return []
    text = f"{local.local_bytes} bytes a thread, and {local.persistent_local_bytes} of persistent local storage"
    return [("local arrays", text)]
