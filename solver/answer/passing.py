"""The hand-overs of a layout: bytes that several threads share and that pass from one buffer to another, in both regions."""

from __future__ import annotations

from solver.answer.sharing import at_most_shares
from solver.flatten.handoffs import list_handoffs
from solver.flatten.problem import RegionProblem
from solver.search.pack import Packing
from solver.search.regions import Packed
from solver.wire.layout import MOST_PASSING_PAIRS, Handoff
from solver.wire.problems import Problem
from solver.wire.units import Bytes

_NOT_LISTED = Problem(
    "handoffs-not-listed",
    "",
    f"handoffs is empty: more than {MOST_PASSING_PAIRS} pairs of buffers or parts that several threads use share bytes",
)


def handoffs(packed: Packed) -> tuple[tuple[Handoff, ...], tuple[Problem, ...]]:
    """Those of both regions in the layout's order; none, and a warning that says so, where there would be too many to be of use."""
    regions = (packed.flat.block, packed.block), (packed.flat.run, packed.run)
    # a pair is two names: each in the other's list
    if not at_most_shares(2 * MOST_PASSING_PAIRS, (_passing(problem, packing) for problem, packing in regions)):
        return (), (_NOT_LISTED,)
    found = (one for problem, packing in regions for one in list_handoffs(packed.flat, problem, packing.offsets))
    return tuple(sorted(found, key=lambda one: (one.phase, one.source, one.destination, one.barrier_before))), ()


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
