"""The hand-overs of a layout: bytes that several threads share and that pass from one buffer to another."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.solver.answer.over_windows import over_windows, windows_start
from warpack.solver.answer.sharing import at_most_shares
from warpack.solver.flatten.handoffs import Handoffs, list_handoffs, placed
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import MOST_PASSING_PAIRS, Handoff, LaunchFigures
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import Bytes

_NOT_LISTED = Problem(
    "handoffs-not-listed",
    "",
    f"handoffs is empty: more than {MOST_PASSING_PAIRS} pairs of buffers or parts that several threads use share bytes",
)


def handoffs(packed: Packed, launch: LaunchFigures) -> tuple[tuple[Handoff, ...], tuple[Problem, ...]]:
    """All hand-overs of a layout, in the order in which it lists them. Where there would be too many to be of use:
    none, and a warning that says so."""
    regions = (packed.flat.block, packed.block), (packed.flat.run, packed.run)
    # a pair is two names: each in the other's list
    if not at_most_shares(2 * MOST_PASSING_PAIRS, (_passing(problem, packing) for problem, packing in regions)):
        return (), (_NOT_LISTED,)
    found = [one for problem, packing in regions for one in list_handoffs(packed.flat, problem, packing.offsets)]
    found += _across(packed, launch)
    return tuple(sorted(set(found), key=lambda one: (*one.order, one.start_bytes))), ()


def _across(packed: Packed, launch: LaunchFigures) -> Iterator[Handoff]:
    """Those between the block and its runs. The bytes are those of the block's piece that lie among the windows."""
    relation, uses = packed.flat.relation, packed.flat.uses
    if relation is None or packed.floor is None:
        return
    upper = placed(packed.flat.block, packed.block.offsets, uses)
    lower = placed(packed.flat.run, packed.run.offsets, uses)
    start = windows_start(launch)
    end = start + launch.stride_bytes * launch.runs_per_block
    pairs = over_windows(launch, [(one[:2], one) for one in upper], [(one[:2], one) for one in lower])
    listing = Handoffs(relation)
    for above, below in pairs:
        yield from listing.between(above, below, "block", (max(above.start, start), min(above.end, end)))


def _passing(problem: RegionProblem, packing: Packing) -> list[tuple[Bytes, Bytes]]:
    """The bytes of what may be handed over: pieces that are live at all, where several threads use them."""
    if problem.private_to_thread:
        return []
    return [
        (offset + piece.offset_bytes, offset + piece.offset_bytes + piece.size_bytes)
        for item, offset in zip(problem.items, packing.offsets, strict=True)
        for piece in item.pieces
        if piece.live
    ]
