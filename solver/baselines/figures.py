"""The launch of a baseline, by the rules of the layout's own launch."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from warpack.solver.baselines.simple import RegionBytes
from warpack.solver.launch.threads import Block, block_for
from warpack.solver.launch.weighing import by_residents
from warpack.solver.wire.layout import Baseline, ThreadsBy
from warpack.solver.wire.manifest import Manifest


def figures_of(manifest: Manifest, size: RegionBytes, on_chip: frozenset[str]) -> Baseline:
    """Threads and blocks are 0 where not one run fits the budget."""
    return _baseline(size, _launch(manifest, size, on_chip), threads_by(manifest))


class Launched(NamedTuple):
    """Figures, and the block that they belong to; None where no block is possible."""

    figures: Baseline
    block: Block | None


def launched_beyond_budget(manifest: Manifest, size: RegionBytes, on_chip: frozenset[str]) -> Launched:
    """Where nothing fits the budget: the figures with the architecture's largest."""
    by = threads_by(manifest)
    block = _launch(manifest, size, on_chip)
    if block is not None:
        return Launched(_baseline(size, block, by), block)
    wider = replace(manifest, target=replace(manifest.target, shared_budget_bytes="opt-in"))
    block = _launch(wider, size, on_chip)
    return Launched(replace(_baseline(size, block, by), over_budget=True), block)


def threads_by(manifest: Manifest) -> ThreadsBy:
    """What chooses the block size: resident threads too where accesses are weighed against them; with the objective
    `shared_bytes` the most threads."""
    if manifest.launch.threads_per_block is not None:
        return "given"
    return "resident_threads" if by_residents(manifest) else "threads_per_block"


def _launch(manifest: Manifest, size: RegionBytes, on_chip: frozenset[str]) -> Block | None:
    return block_for(
        manifest, run_bytes=size.run, block_region_bytes=size.block, block_reach_bytes=size.reach, on_chip=on_chip
    )


def _baseline(size: RegionBytes, block: Block | None, by: ThreadsBy) -> Baseline:
    if block is None:
        return Baseline(size.run, 0, size.block, threads_by=by)
    occupancy = block.shape.occupancy(block.threads)
    return Baseline(
        run_bytes=size.run,
        threads_per_block=block.threads,
        block_region_bytes=size.block,
        dynamic_shared_bytes=block.shape.dynamic_bytes(block.threads),
        blocks_per_sm=occupancy.blocks_per_sm,
        resident_threads=occupancy.resident_threads,
        threads_by=by,
    )
