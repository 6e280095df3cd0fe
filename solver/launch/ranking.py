"""Which of two blocks is better: whole multiples of threads first, then what the objective wants.

Everything that compares launches uses this one order. With fewer bytes, a block of the same threads takes no more room,
and no fewer such blocks are resident. So the best possible rank never falls when bytes get fewer.
"""

from __future__ import annotations

from math import lcm

from warpack.solver.launch.weighing import weighs
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest

Rank = tuple[bool, int, int]
"""Larger is better: whether the threads are a whole multiple, then threads per block and resident threads; with the
objective `resident_threads` these first, then the smallest block; where accesses are weighed (`weighing`) these first
as well, then what the objective wants of the block."""


def threads_step(manifest: Manifest) -> int:
    """What the threads per block should be a whole multiple of."""
    return lcm(manifest.launch.threads_per_run, manifest.launch.threads_multiple)


def rank(manifest: Manifest, threads: int, resident: int) -> Rank:
    whole = threads % threads_step(manifest) == 0
    if manifest.objective == "resident_threads":
        return whole, resident, -threads
    if weighs(manifest):
        return whole, resident, threads
    return whole, threads, resident


def rank_of(manifest: Manifest, launch: LaunchFigures) -> Rank:
    return rank(manifest, launch.threads_per_block, launch.occupancy.resident_threads)
