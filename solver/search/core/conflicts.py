"""Makes a puzzle of a flattened region: which pairs conflict, and in which unit to count.

All differences of offsets that matter are sums of sizes, part offsets and pins. Take a number that divides all of
these. If every offset of a legal packing is rounded down to a multiple of it, the packing stays legal and becomes no
larger. So the search may count in that unit. This also holds with alignments, if each divides the unit or is a multiple
of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress
from math import gcd
from operator import or_

from warpack.solver.flatten.pairs import forbidden_differences, joined
from warpack.solver.flatten.problem import Item, RegionProblem
from warpack.solver.search.core.puzzle import Gaps, Puzzle, Strip
from warpack.solver.wire.units import Bytes

Pair = tuple[int, int]


def unit_of(problem: RegionProblem) -> Bytes:
    """The largest unit, in bytes, such that all offsets of some best packing are multiples of it."""
    items = problem.items
    unit = gcd(
        *[item.size_bytes for item in items],
        *[item.pinned_offset_bytes or 0 for item in items],
        *[piece.offset_bytes for item in items if len(item.pieces) > 1 for piece in item.pieces],
        *[permission.difference_bytes for permission in problem.in_place],
    )
    for alignment in dict.fromkeys([item.alignment_bytes for item in items]):
        if unit % alignment and alignment % unit:
            unit = gcd(unit, alignment)
    return unit or 1


def special_pairs(problem: RegionProblem) -> frozenset[Pair]:
    """The pairs (smaller, larger) whose conflict does not follow from their phases alone."""
    in_place = ((min(entry.read, entry.write), max(entry.read, entry.write)) for entry in problem.in_place)
    return frozenset(in_place) | problem.apart | problem.alias_permits


def phase_masks(problem: RegionProblem) -> list[int]:
    """For each item, the bit set of the stretches (see `piece_masks`) in which any of it is occupied."""
    return [_joined(masks) for masks in piece_masks(problem)]


def piece_masks(problem: RegionProblem) -> list[list[int]]:
    """For each item and each of its pieces, the bit set of when the piece is occupied.

    A bit stands for a stretch of phases. Phases between two neighbouring ends of spans are alike, and make one stretch.
    So the masks stay short even on timelines of a million phases.
    """
    edges = sorted(
        {edge for item in problem.items for piece in item.pieces for span in piece.occupied.spans for edge in span}
    )
    bit = {edge: index for index, edge in enumerate(edges)}
    return [
        [_joined((1 << bit[end]) - (1 << bit[start]) for start, end in piece.occupied.spans) for piece in item.pieces]
        for item in problem.items
    ]


def _joined(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


def _strips(item: Item, masks: Sequence[int], unit: Bytes) -> tuple[Strip, ...]:
    """The strips of an item. Neighbouring pieces that are occupied at the same times make one strip."""
    if len(masks) == 1:
        return ((0, item.size_bytes // unit, masks[0]),)
    strips: list[Strip] = []
    for piece, mask in sorted(zip(item.pieces, masks, strict=True), key=lambda entry: entry[0].offset_bytes):
        start, size = piece.offset_bytes // unit, piece.size_bytes // unit
        if strips and strips[-1][2] == mask and strips[-1][0] + strips[-1][1] == start:
            strips[-1] = (strips[-1][0], strips[-1][1] + size, mask)
        else:
            strips.append((start, size, mask))
    return tuple(strips)


def puzzle_of(problem: RegionProblem, unit: Bytes) -> Puzzle:
    """The puzzle of a region that is small enough to hold all its pairs. `unit` is that of `unit_of`."""
    items = problem.items
    of_pieces, special = piece_masks(problem), special_pairs(problem)
    masks = [_joined(of_item) for of_item in of_pieces]
    strips = [_strips(item, of_item, unit) for item, of_item in zip(items, of_pieces, strict=True)]
    sizes = [item.size_bytes // unit for item in items]
    plain = not special and all(len(of_item) == 1 for of_item in strips)
    forbidden = _plain_rows(sizes, masks) if plain else _rows(problem, unit, special, sizes, masks, strips)
    return Puzzle(
        tuple(sizes),
        tuple(max(1, item.alignment_bytes // unit) for item in items),
        tuple(None if item.pinned_offset_bytes is None else item.pinned_offset_bytes // unit for item in items),
        tuple(forbidden),
        tuple(masks),
        tuple(strips),
        plain,
    )


class _PlainGaps(dict[int, Gaps]):
    """The forbidden differences between an item of `size` and another, by the other's size. All rows share them."""

    def __init__(self, size: int) -> None:
        self._high = size - 1

    def __missing__(self, other: int) -> Gaps:
        gaps = self[other] = ((1 - other, self._high),)
        return gaps


def _plain_rows(sizes: Sequence[int], masks: Sequence[int]) -> list[dict[int, Gaps]]:
    """All conflicts, if items that meet may share no byte. Hundreds of items have tens of thousands of conflicts."""
    gaps = {size: _PlainGaps(size) for size in sizes}
    items = range(len(sizes))
    return [
        dict(zip(compress(items, met), map(gaps[size].__getitem__, compress(sizes, met)), strict=True))
        for size, met in zip(sizes, _met(masks), strict=True)
    ]


def _met(masks: Sequence[int]) -> Iterator[bytes]:
    """For each mask, a byte for each other mask: whether the two meet."""
    count = len(masks)
    spans = [((mask & -mask).bit_length() - 1, mask.bit_length()) for mask in masks]
    if not all(mask and mask == (1 << end) - (1 << first) for mask, (first, end) in zip(masks, spans, strict=True)):
        for i, mask in enumerate(masks):
            yield bytes([1 if mask & other and i != j else 0 for j, other in enumerate(masks)])
        return
    width = max((end for _, end in spans), default=0) + 1
    firsts, ends = [0] * width, [0] * width  # integers with a byte for each item
    for i, (first, end) in enumerate(spans):
        firsts[first] |= 1 << 8 * i
        ends[end] |= 1 << 8 * i
    begun, over = list(accumulate(firsts, or_)), list(accumulate(ends, or_))
    for i, (first, end) in enumerate(spans):
        yield (begun[end - 1] ^ over[first] ^ 1 << 8 * i).to_bytes(count, "little")


def _rows(
    problem: RegionProblem,
    unit: Bytes,
    special: frozenset[Pair],
    sizes: Sequence[int],
    masks: Sequence[int],
    strips: Sequence[tuple[Strip, ...]],
) -> list[dict[int, Gaps]]:
    """All conflicts, if some pairs are special or some items have rows."""
    forbidden: list[dict[int, Gaps]] = [{} for _ in sizes]
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for low, high in special:
        partners[low].add(high)
    for i, mask in enumerate(masks):
        ours, mine, size, of_mine = partners.get(i, ()), forbidden[i], sizes[i], strips[i]
        for j in range(i + 1, len(sizes)):
            if j in ours:
                gaps = _in_units(forbidden_differences(problem, i, j), unit)
            elif not mask & masks[j]:
                continue
            elif len(of_mine) == 1 == len(strips[j]):
                other = sizes[j]
                mine[j] = plain = ((1 - other, size - 1),)
                forbidden[j][i] = plain if other == size else ((1 - size, other - 1),)
                continue
            else:
                gaps = _between(of_mine, strips[j])
            if gaps:
                mine[j], forbidden[j][i] = gaps, mirrored(gaps)
    return forbidden


def _between(first: Sequence[Strip], second: Sequence[Strip]) -> Gaps:
    """The differences of offsets (second item minus first) that the strips of the two items forbid."""
    return joined(
        [
            (start - there - length + 1, start + size - there - 1)
            for start, size, mask in first
            for there, length, other in second
            if mask & other
        ]
    )


def mirrored(gaps: Gaps) -> Gaps:
    """The same rule for the negated difference."""
    return tuple((-high, -low) for low, high in reversed(gaps))


def _in_units(gaps: tuple[tuple[Bytes, Bytes], ...], unit: Bytes) -> Gaps:
    """The multiples of `unit` inside each interval."""
    inside = ((-(-low // unit), high // unit) for low, high in gaps)
    return tuple((low, high) for low, high in inside if low <= high)
