"""Threads per block that a packing allows at several budgets, against CuBIE's rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log

from benchmarks.peers.cubie_rule import halved
from benchmarks.peers.question import Question
from warpack.solver import Layout
from warpack.solver.launch.threads import launch_for

BUDGETS_KIB = (48, 99, 227)
"""The default budget, and the largest of compute capability 8.6 and 9.0."""

LARGEST_BLOCK = 1024


@dataclass(frozen=True)
class BlockSizes:
    """Threads at one budget; 0 where not one run fits."""

    budget_kib: int
    ours: int
    cubie: int


def block_sizes(question: Question, layout: Layout) -> tuple[BlockSizes, ...]:
    """For blocks of up to 1024 threads, whatever smaller limit the manifest sets. None where the layout has no
    packing."""
    if layout.launch is None:
        return ()
    found = []
    for kib in BUDGETS_KIB:
        manifest = replace(
            question.manifest,
            target=replace(question.manifest.target, compute_capability="9.0", shared_budget_bytes=kib * 1024),
            launch=replace(question.manifest.launch, threads_per_block=None, max_threads_per_block=LARGEST_BLOCK),
        )
        launch = launch_for(
            manifest,
            run_bytes=layout.launch.run_bytes,
            block_region_bytes=layout.launch.block_region_bytes,
            on_chip=question.on_chip,
        )
        ruled = halved(manifest, question.on_chip)
        found.append(BlockSizes(kib, launch.threads_per_block if launch else 0, ruled))
    return tuple(found)


def mean_ratio(sizes: list[BlockSizes]) -> float | None:
    """Geometric mean of Warpack's threads relative to CuBIE's, where both have some."""
    logs = [log(one.ours / one.cubie) for one in sizes if one.ours and one.cubie]
    return exp(sum(logs) / len(logs)) if logs else None
