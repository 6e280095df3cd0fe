"""A layout in figures: threads, bytes, how far both are proven, and the savings."""

from __future__ import annotations

from collections.abc import Mapping

from warpack.service.render.compared import compared
from warpack.service.render.figures import Figure
from warpack.service.render.proofs import Wish, proof_figures, wishes
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.launch.hurdles import hurdle
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LaunchFigures, Layout
from warpack.solver.wire.manifest import Manifest

_LIMITS = {"shared": "shared memory", "blocks": "block slots"}


def summary(manifest: Manifest, layout: Layout) -> list[Figure]:
    """Labels and texts. All numbers are the layout's own."""
    told = wishes(manifest, layout)
    if layout.pool is not None:
        aligned = f"its start aligned to {layout.pool.base_alignment_bytes} bytes"
        size = ("pool bytes", f"{layout.pool.pool_bytes}, {told['pool_bytes'].said}; {aligned}")
        return [size, *proof_figures(manifest, layout), *compared(manifest, layout)]
    if layout.launch is None:
        return [_infeasible(manifest, layout)]
    return [
        *_threads(layout.launch, told),
        *_bytes(layout.launch, told),
        *proof_figures(manifest, layout),
        _shared(manifest, layout.launch),
        *_conflicts(layout, layout.launch),
        *_local(layout),
        *compared(manifest, layout),
    ]


def _infeasible(manifest: Manifest, layout: Layout) -> Figure:
    least, found = layout.minimum_budget_bytes, hurdle(manifest)
    if found is not None:
        return "infeasible", f"no budget would help: {found.message}"
    helps = "" if least is None else f"; the least that would do: {least} bytes"
    return "infeasible", f"no launch that the manifest allows fits the budget of {budget_bytes(manifest)} bytes{helps}"


def _threads(launch: LaunchFigures, told: Mapping[str, Wish]) -> list[Figure]:
    occupancy = launch.occupancy
    runs = "" if launch.runs_per_block == launch.threads_per_block else f" ({number_of(launch.runs_per_block, 'run')})"
    limit = _LIMITS.get(occupancy.limited_by, occupancy.limited_by)
    registers = "; registers are not known" if occupancy.assumes_no_register_limit else ""
    blocks = f"in {number_of(occupancy.blocks_per_sm, 'block')}"
    resident = f", {told['resident_threads'].said}; " if "resident_threads" in told else ", "
    figures = [
        ("threads per block", f"{launch.threads_per_block}{runs}, {told['threads_per_block'].said}"),
        (
            "resident threads",
            f"{occupancy.resident_threads} a multiprocessor, {blocks}{resident}limited by {limit}{registers}",
        ),
    ]
    accesses = told.get("accesses_on_chip")
    if accesses is not None:
        figures.append(("accesses on chip", f"{accesses.has} of auto buffers, {accesses.said}"))
    return figures


def _bytes(launch: LaunchFigures, told: Mapping[str, Wish]) -> list[Figure]:
    figures = []
    if launch.run_bytes:
        stride = f"stride {launch.stride_bytes} with {launch.padding_bytes} bytes of padding"
        stride += f", {told['stride_bytes'].said}" if "stride_bytes" in told else ""
        figures.append(("run bytes", f"{launch.run_bytes}, {told['run_bytes'].said}; {stride}"))
    if launch.block_region_bytes:
        gap = f"; {launch.region_gap_bytes} bytes of gap before the runs" if launch.region_gap_bytes else ""
        figures.append(("block region", f"{launch.block_region_bytes} bytes, {told['block_region_bytes'].said}{gap}"))
    return figures


def _shared(manifest: Manifest, launch: LaunchFigures) -> Figure:
    static = manifest.target.static_shared_bytes
    text = f"{launch.dynamic_shared_bytes} bytes dynamic" + (f" and {static} static" if static else "")
    opt_in = "; more than 48 KiB, so the kernel must opt in" if launch.opt_in else ""
    return "shared memory", f"{text} of a budget of {budget_bytes(manifest)}{opt_in}"


def _conflicts(layout: Layout, launch: LaunchFigures) -> list[Figure]:
    choice = {one.width_bytes: one for one in layout.bank_conflicts}
    said = []
    for width, degree in sorted(launch.bank_conflict_degree.items()):
        if degree > 1:
            text, one = f"{degree} passes for elements of {width} bytes", choice.get(width)
            if one is not None:
                text += f" ({one.accesses} accesses"
                text += (
                    f"; {one.least_degree} at stride {one.stride_alone_bytes})" if one.least_degree < degree else ")"
                )
            said.append(text)
    free = [str(width) for width, one in choice.items() if one.degree == 1]
    if said and free:
        said.append(f"none for elements of {' and '.join(free)} bytes")
    if launch.threads_if_conflicts_ignored > launch.threads_per_block:
        said.append(f"ignoring them would allow {number_of(launch.threads_if_conflicts_ignored, 'thread')} per block")
    return [("bank conflicts", "; ".join(said))] if said else []


def _local(layout: Layout) -> list[Figure]:
    local = layout.local
    if not local.local_bytes and not local.persistent_local_bytes:
        return []
    text = f"{local.local_bytes} bytes a thread, and {local.persistent_local_bytes} of persistent local storage"
    return [("local arrays", text)]
