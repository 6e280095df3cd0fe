"""The launch of something that a layout is compared with, by the rules of the layout's own."""

from __future__ import annotations

from dataclasses import replace

from solver.baselines.simple import RegionBytes
from solver.launch.threads import launch_for
from solver.wire.layout import Baseline, LaunchFigures, ThreadsBy
from solver.wire.manifest import Manifest


def figures_of(manifest: Manifest, size: RegionBytes, on_chip: frozenset[str]) -> Baseline:
    """Threads and blocks are 0 where not one run fits the budget."""
    return _baseline(size, _launch(manifest, size, on_chip), threads_by(manifest))


def figures_beyond_budget(manifest: Manifest, size: RegionBytes, on_chip: frozenset[str]) -> Baseline:
    """Where nothing fits the budget, with all that the architecture can have."""
    found = figures_of(manifest, size, on_chip)
    if found.threads_per_block:
        return found
    wider = replace(manifest, target=replace(manifest.target, shared_budget_bytes="opt-in"))
    return replace(_baseline(size, _launch(wider, size, on_chip), found.threads_by), over_budget=True)


def threads_by(manifest: Manifest) -> ThreadsBy:
    """What chooses the block size; with the objective `shared_bytes` that is the most threads too."""
    if manifest.launch.threads_per_block is not None:
        return "given"
    return "resident_threads" if manifest.objective == "resident_threads" else "threads_per_block"


def _launch(manifest: Manifest, size: RegionBytes, on_chip: frozenset[str]) -> LaunchFigures | None:
    return launch_for(manifest, run_bytes=size.run, block_region_bytes=size.block, on_chip=on_chip)


def _baseline(size: RegionBytes, launch: LaunchFigures | None, by: ThreadsBy) -> Baseline:
    if launch is None:
        return Baseline(size.run, 0, size.block, threads_by=by)
    return Baseline(
        run_bytes=size.run,
        threads_per_block=launch.threads_per_block,
        block_region_bytes=size.block,
        dynamic_shared_bytes=launch.dynamic_shared_bytes,
        blocks_per_sm=launch.occupancy.blocks_per_sm,
        resident_threads=launch.occupancy.resident_threads,
        threads_by=by,
    )
