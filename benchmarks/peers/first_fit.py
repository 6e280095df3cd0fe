"""First fit over a portfolio of orders: each item goes to the lowest offset that those before it leave free. The best
order counts.

Rules come first, then disturbed ones until the limit. A piece is a box for each of its phases. Boxes cannot express
in-place pairs and aliases: such pairs stay apart, which is safe.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_
from random import Random

from benchmarks.attempt import Attempt
from benchmarks.peers.question import Packed, Question, attempt
from warpack.solver.flatten.problem import Item, RegionProblem

NAME = "first fit"

_NOISE = 0.4
"""A disturbed rule is the rule's value times a factor between 1 - _NOISE and 1 + _NOISE, drawn for each item."""

Span = tuple[int, int]


@dataclass(frozen=True)
class _Boxes:
    """`keep_off[i][j]`: open spans of the differences offset of j - offset of i at which the two overlap. `lengths`:
    phases in which an item is occupied; `first`: the first of them."""

    sizes: Sequence[int]
    alignments: Sequence[int]
    keep_off: Sequence[dict[int, list[Span]]]
    lengths: Sequence[int]
    first: Sequence[int]


def solve(question: Question) -> Attempt:
    block, run = (_pack(problem, question.limit_s) for problem in (question.flat.block, question.flat.run))
    return attempt(NAME, question, run, block)


def _pack(problem: RegionProblem, limit_s: float) -> Packed:
    if not problem.items:
        return Packed((), 0.0)
    if any(item.pinned_offset_bytes is not None for item in problem.items):
        return Packed(None, 0.0, detail="pinned buffers were not given to it")
    started = time.perf_counter()
    boxes = _boxes(problem)
    best: list[int] | None = None
    curve: list[tuple[float, int]] = []
    for order in _orders(boxes):
        offsets = _first_fit(boxes, order)
        top = max(offset + size for offset, size in zip(offsets, boxes.sizes, strict=True))
        seconds = time.perf_counter() - started
        if not curve or top < curve[-1][1]:
            best = offsets
            curve.append((seconds, top))
        if seconds >= limit_s:
            break
    return Packed(best, curve[-1][0], tuple(curve))


def _boxes(problem: RegionProblem) -> _Boxes:
    items = problem.items
    keep_off: list[dict[int, list[Span]]] = [{} for _ in items]
    apart = {frozenset(pair) for pair in problem.apart}
    for i, j in combinations(range(len(items)), 2):
        if spans := _overlaps(items[i], items[j], always=frozenset((i, j)) in apart):
            keep_off[i][j] = spans
            keep_off[j][i] = [(-high, -low) for low, high in spans]
    masks = [reduce(or_, (piece.occupied.mask for piece in item.pieces), 0) for item in items]
    return _Boxes(
        [item.size_bytes for item in items],
        [item.alignment_bytes for item in items],
        keep_off,
        [mask.bit_count() for mask in masks],
        [(mask & -mask).bit_length() for mask in masks],
    )


def _overlaps(one: Item, other: Item, *, always: bool) -> list[Span]:
    if always:
        return [(-other.size_bytes, one.size_bytes)]
    return [
        (mine.offset_bytes - its.offset_bytes - its.size_bytes, mine.offset_bytes + mine.size_bytes - its.offset_bytes)
        for mine in one.pieces
        for its in other.pieces
        if mine.occupied.mask & its.occupied.mask
    ]


def _orders(boxes: _Boxes) -> Iterator[list[int]]:
    """Largest first, by several measures of size, and in order of time; then the same orders disturbed, without end."""
    sizes, lengths, items = boxes.sizes, boxes.lengths, range(len(boxes.sizes))
    met = [sizes[i] + sum(sizes[j] for j in boxes.keep_off[i]) for i in items]
    rules = [
        list(sizes),
        list(lengths),
        [size * length for size, length in zip(sizes, lengths, strict=True)],
        met,
        [size * around for size, around in zip(sizes, met, strict=True)],
        [len(boxes.keep_off[i]) for i in items],
        [around * length for around, length in zip(met, lengths, strict=True)],
        [-first for first in boxes.first],
    ]
    for rule in rules:
        yield sorted(items, key=list(zip(rule, sizes, strict=True)).__getitem__, reverse=True)
    random = Random(0)
    while True:
        for rule in rules:
            disturbed = [value * random.uniform(1 - _NOISE, 1 + _NOISE) for value in rule]
            yield sorted(items, key=disturbed.__getitem__, reverse=True)


def _first_fit(boxes: _Boxes, order: Sequence[int]) -> list[int]:
    offsets = [-1] * len(order)
    for i in order:
        taken = [
            (offsets[j] - high, offsets[j] - low)
            for j, spans in boxes.keep_off[i].items()
            if offsets[j] >= 0
            for low, high in spans
        ]
        offset, step = 0, boxes.alignments[i]
        for low, high in sorted(taken):
            if low >= offset:
                break
            if high > offset:
                offset = -(-high // step) * step
        offsets[i] = offset
    return offsets
