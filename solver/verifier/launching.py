"""The launch figures of a layout, each derived again: regions, stride, dynamic bytes, threads, occupancy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import cache
from math import lcm

from warpack.solver.verifier.banks import degree, least_stride
from warpack.solver.verifier.blocks import Block
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.over import RunWindows
from warpack.solver.verifier.overlaps import cross_overlap
from warpack.solver.verifier.placement import PlacedPiece, PlacedRange
from warpack.solver.verifier.weighing import residents_first
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LaunchFigures, Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


def check_regions(
    launch: LaunchFigures, placed: Sequence[PlacedPiece], windows: RunWindows, findings: Findings
) -> None:
    """Every run-scoped piece must lie inside its region, which ends where the last piece does. The block region is what
    lies before the windows: it is empty, or ends where a block-scoped piece ends, or inside one that extends over the
    windows."""
    for region, size in (("run", launch.run_bytes), ("block", launch.block_region_bytes)):
        here = [one for one in placed if one.region == region]
        if region == "block" and windows.end > windows.base:
            if size and not any(one.start < size <= one.end for one in here):
                findings.add(
                    "region-size", f"the block region is {size} bytes, but no buffer ends there", region=region
                )
            continue
        for one in here:
            if one.end > size:
                message = f"{one.piece.name} takes bytes [{one.start}, {one.end}), past the end of the {region} region at {size}"
                findings.add("outside-region", message, one.piece.name, region=region, at=(one.start, one.end))
        end = max((one.end for one in here), default=0)
        if size > end:
            message = f"the {region} region is {size} bytes, but its last buffer ends at {end}: {size - end} are slack"
            findings.add("region-size", message, region=region, at=(end, size))


def check_launch(
    manifest: Manifest,
    launch: LaunchFigures,
    matched: Sequence[PlacedRange],
    placed: Sequence[PlacedPiece],
    findings: Findings,
) -> None:
    """Takes the bytes of the two regions from the layout (`check_regions` checks them) and derives everything else."""
    on_chip = [one.buffer for one in matched if one.placed.location == "shared"]
    block = Block.of(manifest, on_chip, launch.run_bytes, launch.block_region_bytes)
    block = over_windows_too(block, placed, findings)
    stride = _check_stride(manifest, launch, block, findings)
    findings.expect("region-gap", "region_gap_bytes", launch.region_gap_bytes, block.gap)
    findings.expect("base-alignment", "base_alignment_bytes", launch.base_alignment_bytes, block.base_alignment)
    runs, rest = divmod(launch.threads_per_block, manifest.launch.threads_per_run)
    if launch.threads_per_block < 1 or rest:
        per_run = manifest.launch.threads_per_run
        message = f"a block of {number_of(launch.threads_per_block, 'thread')} is no whole number of runs of {per_run}"
        findings.add("threads", message)
        return
    findings.expect("runs-per-block", "runs_per_block", launch.runs_per_block, runs)
    dynamic = block.dynamic(launch.threads_per_block, launch.stride_bytes)
    findings.expect("dynamic-bytes", "dynamic_shared_bytes", launch.dynamic_shared_bytes, dynamic)
    opt_in = block.static + dynamic > block.device.max_smem_per_block_default
    findings.expect("opt-in", "opt_in", launch.opt_in, opt_in)
    _check_budget(block, dynamic, findings)
    _check_threads(manifest, launch.threads_per_block, block, stride, findings)
    _check_ignoring(launch, block, findings)
    _check_occupancy(launch, block, dynamic, findings)


def over_windows_too(block: Block, placed: Sequence[PlacedPiece], findings: Findings) -> Block:
    """With block-scoped pieces over windows: the block's bytes may end with one of them, and perhaps they may not lie
    over more runs."""
    ends = max((one.end for one in placed if one.region == "block"), default=0)
    if ends <= block.block_region_bytes:
        return block

    @cache
    def most_runs(stride: Bytes) -> int:
        """With more windows, more buffers may lie over some."""
        low, high = 0, block.device.max_threads_per_block // block.manifest.launch.threads_per_run
        while low < high:
            middle = (low + high + 1) // 2
            fits = not cross_overlap(findings.story, placed, RunWindows(block.base, stride, middle))
            low, high = (middle, high) if fits else (low, middle - 1)
        return low

    def allowed(runs: int, stride: Bytes) -> bool:
        return runs <= most_runs(stride)

    return replace(block, highest=ends, allowed=allowed)


def _check_ignoring(launch: LaunchFigures, block: Block, findings: Findings) -> None:
    """Where block-scoped buffers lie over windows, another stride moves the windows under them: then the figure may be
    what bytes alone would allow, or the layout's own threads."""
    ignoring, stated = block.chosen_threads(block.stride(avoid=False)), launch.threads_if_conflicts_ignored
    if block.highest > block.block_region_bytes and stated != ignoring:
        anywhere = replace(block, allowed=None).chosen_threads(block.stride(avoid=False))
        if stated in (anywhere, launch.threads_per_block):
            return
    if ignoring is not None:
        findings.expect("threads-if-conflicts-ignored", "threads_if_conflicts_ignored", stated, ignoring)


def _check_stride(manifest: Manifest, launch: LaunchFigures, block: Block, findings: Findings) -> Bytes:
    avoid, per_run = manifest.launch.bank_conflicts == "avoid", manifest.launch.threads_per_run
    stride = block.stride(avoid=avoid)
    if launch.stride_bytes != stride:
        rule = "whose bank conflicts are fewest" if avoid else "that there is"
        message = (
            f"stride_bytes is {launch.stride_bytes}, but the least multiple of {block.run_alignment} not below "
            f"{launch.run_bytes} run bytes {rule} is {stride}"
        )
        findings.add("stride", message, region="run")
    padding = launch.stride_bytes - launch.run_bytes
    findings.expect("padding", "padding_bytes", launch.padding_bytes, padding)
    degrees = {width: degree(launch.stride_bytes, width, per_run) for width in block.accesses}
    findings.expect("bank-conflict-degree", "bank_conflict_degree", launch.bank_conflict_degree, degrees)
    return stride


def check_widths(
    manifest: Manifest, layout: Layout, launch: LaunchFigures, matched: Sequence[PlacedRange], findings: Findings
) -> None:
    """Where several element widths share a stride that was chosen: for each width its accesses, its degree at the
    stride, and the best degree and stride if it were alone. Hand-made layouts, and layouts older than this list, may
    omit it."""
    if not layout.bank_conflicts:
        return
    on_chip = [one.buffer for one in matched if one.placed.location == "shared"]
    block = Block.of(manifest, on_chip, launch.run_bytes, launch.block_region_bytes)
    chosen = manifest.launch.bank_conflicts == "avoid" and len(block.accesses) > 1
    told = [astuple(one) for one in layout.bank_conflicts]
    right = _widths(launch.stride_bytes, block) if chosen else []
    findings.expect("bank-conflicts", "bank_conflicts", told, right)


def _widths(stride: Bytes, block: Block) -> list[tuple[int, ...]]:
    per_run = block.manifest.launch.threads_per_run
    found: list[tuple[int, ...]] = []
    for width, accesses in block.accesses.items():
        alone = least_stride(block.run_bytes, block.run_alignment, {width: 1}, per_run, avoid=True)
        found.append((width, max(1, accesses), degree(stride, width, per_run), degree(alone, width, per_run), alone))
    return found


def _check_budget(block: Block, dynamic: Bytes, findings: Findings) -> None:
    total = block.static + dynamic
    if total > block.budget:
        message = (
            f"a block takes {total} bytes of shared memory ({block.static} static, {dynamic} dynamic), but the budget is "
            f"{block.budget}"
        )
        findings.add("budget", message)
    if block.budget > block.device.max_smem_per_block_optin:
        most, architecture = block.device.max_smem_per_block_optin, block.device.compute_capability
        findings.add(
            "budget", f"the budget is {block.budget} bytes, but architecture {architecture} has at most {most}"
        )


def _check_threads(manifest: Manifest, threads: int, block: Block, stride: Bytes, findings: Findings) -> None:
    launch = manifest.launch
    most = min(launch.max_threads_per_block, block.device.max_threads_per_block)
    told = number_of(threads, "thread")
    if threads < manifest.least_threads:
        least = manifest.least_threads
        findings.add("threads", f"a block of {told} is too small: with its tracks it takes {least}")
        return
    if threads > most:
        findings.add("threads", f"a block of {told} is more than the {most} allowed")
        return
    limits = block.limits(threads, block.static + block.dynamic(threads, stride))
    for resource in ("registers", "shared"):
        if limits[resource] == 0:
            findings.add("threads", f"no block of {told} can start: its {resource} do not fit the architecture")
    if launch.threads_per_block is not None:
        if threads != launch.threads_per_block:
            findings.add("threads", f"{told} per block, but the manifest wants exactly {launch.threads_per_block}")
        return
    right = block.chosen_threads(stride)
    if right is None or threads == right:
        return
    step = lcm(launch.threads_per_run, launch.threads_multiple)
    if threads % step and right % step == 0:
        findings.add("threads", f"a block of {told} is no multiple of {step}, though {right} fit")
    else:
        wish = "has the most resident threads" if residents_first(manifest) else "fits"
        findings.add("threads", f"{told} per block, but with these bytes a block of {right} {wish}")


def _check_occupancy(launch: LaunchFigures, block: Block, dynamic: Bytes, findings: Findings) -> None:
    threads, stated = launch.threads_per_block, launch.occupancy
    limits = block.limits(threads, block.static + dynamic)
    blocks = min(limits.values())
    findings.expect("occupancy", "occupancy.blocks_per_sm", stated.blocks_per_sm, blocks)
    findings.expect("occupancy", "occupancy.resident_threads", stated.resident_threads, blocks * threads)
    binding = [resource for resource, limit in limits.items() if limit == blocks]
    if stated.limited_by not in binding:
        findings.add(
            "occupancy", f"occupancy.limited_by is {stated.limited_by}, but what binds is {', '.join(binding)}"
        )
    unlimited = block.manifest.target.registers_per_thread is None
    findings.expect("occupancy", "occupancy.assumes_no_register_limit", stated.assumes_no_register_limit, unlimited)
