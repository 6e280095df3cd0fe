"""How the user's own layout compares with the one that was found."""

from __future__ import annotations

from typing import Any

from warpack.solver.launch.ranking import rank, rank_of
from warpack.solver.wire.layout import Baseline, LaunchFigures, Status
from warpack.solver.wire.manifest import Manifest


def hand_layout_advice(
    manifest: Manifest, own: Baseline | None, on_chip: frozenset[str], launch: LaunchFigures, status: Status
) -> dict[str, Any] | None:
    """`optimal`: the user's own layout keeps every rule, and equals the layout in every wish, all of which are proven.
    `better`: it is better than what was found in time. None where there is no such layout, or neither holds."""
    if own is None or own.broken or own.over_budget or not own.threads_per_block or manifest.baseline is None:
        return None
    accesses = sum(one.accesses for one in manifest.buffers if one.location == "auto" and manifest.baseline.places(one))
    here = sum(one.accesses for one in manifest.buffers if one.full_name in on_chip)
    ranks = rank(manifest, own.threads_per_block, own.resident_threads), rank_of(manifest, launch)
    sizes = (own.run_bytes, own.block_region_bytes), (launch.run_bytes, launch.block_region_bytes)
    if ranks[0] == ranks[1] and accesses == here and sizes[0] == sizes[1]:
        return {"optimal": True} if status == "optimal" else None
    if status == "optimal" or ranks[0] < ranks[1]:
        return None
    smaller = accesses >= here and sizes[0][0] <= sizes[1][0] and sizes[0][1] <= sizes[1][1]
    return {"better": True} if ranks[0] > ranks[1] or smaller else None
