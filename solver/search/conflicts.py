"""From a flattened region to a puzzle: which pairs conflict, and in which unit to count.

All differences of offsets that matter are sums of sizes, part offsets and pins. If a number divides all of these, rounding
every offset of a legal packing down to a multiple of it leaves the packing legal and makes it no larger, so the search may
count in that unit. Alignments keep this true as long as each divides the unit or is a multiple of it.
"""

from __future__ import annotations

from collections import defaultdict
from math import gcd

from solver.flatten.pairs import forbidden_differences
from solver.flatten.problem import RegionProblem
from solver.search.puzzle import Gaps, Puzzle
from solver.wire.units import Bytes

Pair = tuple[int, int]


def unit_of(problem: RegionProblem) -> Bytes:
    """The largest unit, in bytes, in which some best packing is a whole number of units everywhere."""
    unit = 0
    for item in problem.items:
        unit = gcd(unit, item.size_bytes, item.pinned_offset_bytes or 0, *(piece.offset_bytes for piece in item.pieces))
    unit = gcd(unit, *(permission.difference_bytes for permission in problem.in_place))
    for item in problem.items:
        if unit % item.alignment_bytes and item.alignment_bytes % unit:
            unit = gcd(unit, item.alignment_bytes)
    return unit or 1


def special_pairs(problem: RegionProblem) -> frozenset[Pair]:
    """Pairs (smaller, larger) whose conflict is not settled by their phases alone."""
    in_place = ((min(entry.read, entry.write), max(entry.read, entry.write)) for entry in problem.in_place)
    return frozenset(in_place) | problem.apart | problem.alias_permits


def phase_masks(problem: RegionProblem) -> list[int]:
    """For each item a bit set of the phases in which any of it is occupied.

    Phases between two neighbouring ends of spans are alike, so each such stretch is one bit: the masks stay short on
    timelines of a million phases.
    """
    spans = [{span for piece in item.pieces for span in piece.occupied.spans} for item in problem.items]
    edges = sorted({edge for of_item in spans for span in of_item for edge in span})
    bit = {edge: index for index, edge in enumerate(edges)}
    masks = []
    for of_item in spans:
        mask = 0
        for start, end in of_item:
            mask |= (1 << bit[end]) - (1 << bit[start])
        masks.append(mask)
    return masks


def puzzle_of(problem: RegionProblem, unit: Bytes) -> Puzzle:
    """All pairs of the region, for regions small enough to hold them; `unit` is that of `unit_of`."""
    items = problem.items
    forbidden: list[dict[int, Gaps]] = [{} for _ in items]
    masks, special = phase_masks(problem), special_pairs(problem)
    rigid = [len(item.pieces) > 1 for item in items]
    sizes = [item.size_bytes // unit for item in items]
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for low, high in special:
        partners[low].add(high)
    for i, mask in enumerate(masks):
        ours, mine, size, is_rigid = partners.get(i, ()), forbidden[i], sizes[i], rigid[i]
        for j in range(i + 1, len(items)):
            if j in ours or ((is_rigid or rigid[j]) and mask & masks[j]):
                gaps = _in_units(forbidden_differences(problem, i, j), unit)
            elif mask & masks[j]:
                gaps = ((1 - sizes[j], size - 1),)
            else:
                continue
            if gaps:
                mine[j] = gaps
                forbidden[j][i] = gaps if len(gaps) == 1 and gaps[0][0] == -gaps[0][1] else mirrored(gaps)
    return Puzzle(
        tuple(sizes),
        tuple(max(1, item.alignment_bytes // unit) for item in items),
        tuple(None if item.pinned_offset_bytes is None else item.pinned_offset_bytes // unit for item in items),
        tuple(forbidden),
        tuple(masks),
    )


def mirrored(gaps: Gaps) -> Gaps:
    """The same rule for the difference the other way round."""
    return tuple((-high, -low) for low, high in reversed(gaps))


def _in_units(gaps: tuple[tuple[Bytes, Bytes], ...], unit: Bytes) -> Gaps:
    """The multiples of `unit` inside each interval."""
    inside = ((-(-low // unit), high // unit) for low, high in gaps)
    return tuple((low, high) for low, high in inside if low <= high)
