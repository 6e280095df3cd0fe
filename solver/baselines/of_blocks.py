"""Baselines where sizes depend on the threads of the block: each with the block that is best for it, and the sizes of
that block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from warpack.solver.baselines import baselines
from warpack.solver.baselines.by_hand import by_hand
from warpack.solver.baselines.figures import threads_by
from warpack.solver.launch.ranking import rank
from warpack.solver.wire.layout import Baseline
from warpack.solver.wire.manifest import Manifest


def baselines_of_blocks(manifest: Manifest, sizes: Iterable[int], on_chip: frozenset[str]) -> dict[str, Baseline]:
    """`sizes`: the allowed blocks, those with fewer bytes first. The user's own layout has the threads that it
    states."""
    own, bare = manifest.baseline, replace(manifest, baseline=None)
    found: dict[str, Baseline] = {}
    if own is not None and own.threads_per_block is not None:
        found["by_hand"] = by_hand(manifest.in_block(own.threads_per_block), own)
    chosen: dict[str, Baseline] = {}
    for size in sizes:
        for name, one in baselines(bare.in_block(size), on_chip).items():
            if name not in chosen or _beats(manifest, one, chosen[name]):
                chosen[name] = replace(one, threads_by=threads_by(manifest))
    return found | chosen


def _beats(manifest: Manifest, one: Baseline, other: Baseline) -> bool:
    """Whether a baseline's block is better than its block of a smaller size; the smaller one has fewer bytes."""
    if not one.threads_per_block or not other.threads_per_block:
        return one.threads_per_block > 0
    first, second = (rank(manifest, two.threads_per_block, two.resident_threads) for two in (one, other))
    return first > second and manifest.objective != "shared_bytes"
