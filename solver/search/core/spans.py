"""When each item of a region is occupied, for searches of regions too large to hold all pairs."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.wire.units import Phase

Span = tuple[Phase, Phase]


def occupied_spans(problem: RegionProblem) -> list[tuple[Span, ...]]:
    """For each item, when any part of it is occupied, as sorted disjoint spans of renumbered phases.

    Phases between two neighbouring ends of spans are alike, and become one.
    """
    spans = [
        item.pieces[0].occupied.spans
        if len(item.pieces) == 1
        else sorted({span for piece in item.pieces for span in piece.occupied.spans})
        for item in problem.items
    ]
    edges = sorted(set(chain.from_iterable(chain.from_iterable(spans))))
    number = dict(zip(edges, range(len(edges)), strict=True))
    merged: list[tuple[Span, ...]] = []
    for one in spans:
        if len(one) == 1:  # nearly all are
            ((start, end),) = one
            merged.append(((number[start], number[end]),))
            continue
        joined: list[Span] = []
        for start, end in one:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        merged.append(tuple((number[start], number[end]) for start, end in joined))
    return merged


def apart_partners(problem: RegionProblem) -> dict[int, list[int]]:
    """For each item, the items that it must be apart from whatever their phases."""
    partners: defaultdict[int, list[int]] = defaultdict(list)
    for first, second in problem.apart:
        partners[first].append(second)
        partners[second].append(first)
    return dict(partners)
