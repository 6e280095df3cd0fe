"""The max-live bound: the live buffers of a phase, if they must all be apart, need the sum of their bytes.

An alias permission or an in-place pair may let two live pieces share bytes. Then one of the two is left out, so that no
two of the remaining pieces may share a byte.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.packing import LowerBound
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.units import Bytes, Phase

_PHASES_TRIED = 256
"""If permissions make the sum of live bytes too high a bound, so many of the fullest phases are examined."""


class _Live(NamedTuple):
    """A live piece, with the number of its item."""

    item: int
    name: str
    offset_bytes: Bytes
    size_bytes: Bytes


@uncollected()
def lower_bound(problem: RegionProblem) -> LowerBound:
    """The best of three bounds: the fullest phase, the largest item, and the highest end of a pinned item."""
    best, most = LowerBound(0, kind="empty"), 0
    for item in problem.items:
        end = item.size_bytes + (item.pinned_offset_bytes or 0)
        if end > most:
            most = end
            kind = "largest-buffer" if item.pinned_offset_bytes is None else "pinned-buffer"
            best = LowerBound(end, None, (item.name,), kind)
    live = max_live(problem)
    return live if live.size_bytes >= best.size_bytes else best


def max_live(problem: RegionProblem) -> LowerBound:
    """The bound of the phase whose live pieces, without those that may share, need the most bytes."""
    change: defaultdict[Phase, Bytes] = defaultdict(int)
    for item in problem.items:
        for piece in item.pieces:
            size_bytes = piece.size_bytes
            for start, end in (piece.occupied if problem.exact else piece.accesses).spans:
                change[start] += size_bytes
                change[end] -= size_bytes
    phases = sorted(change)
    totals = list(zip(accumulate(map(change.__getitem__, phases)), phases, strict=True))
    lenient = {(min(entry.read, entry.write), max(entry.read, entry.write)) for entry in problem.in_place}
    lenient |= problem.alias_permits
    if lenient:
        totals.sort(key=lambda entry: (-entry[0], entry[1]))
    else:
        totals = [max(totals, key=itemgetter(0))] if totals else []  # the first phase with the most bytes
    best = LowerBound(0, kind="empty")
    for gross, column in totals[:_PHASES_TRIED]:
        if gross <= best.size_bytes:
            break
        apart = _apart(problem, _live_in(problem, column), lenient)
        net = sum(piece.size_bytes for piece in apart)
        if net > best.size_bytes:
            names = tuple(piece.name for piece in apart)
            best = (
                LowerBound(net, column, names) if column < problem.length else LowerBound(net, None, names, "all-apart")
            )
    return best


def _live_in(problem: RegionProblem, phase: Phase) -> list[_Live]:
    return [
        _Live(number, piece.name, piece.offset_bytes, piece.size_bytes)
        for number, item in enumerate(problem.items)
        for piece in item.pieces
        for start, end in (piece.occupied if problem.exact else piece.accesses).spans
        if start <= phase < end
    ]


def _apart(problem: RegionProblem, live: list[_Live], lenient: set[tuple[int, int]]) -> list[_Live]:
    """A subset of `live` in which no two may share a byte. Pieces that may share the most, by their bytes, are left out
    first."""
    by_item: defaultdict[int, list[_Live]] = defaultdict(list)
    for piece in live:
        by_item[piece.item].append(piece)
    sharing: defaultdict[_Live, set[_Live]] = defaultdict(set)
    for i, j in lenient:
        if i in by_item and j in by_item:
            gaps = forbidden_differences(problem, i, j)
            for p in by_item[i]:
                for q in by_item[j]:
                    low, high = (
                        p.offset_bytes - q.offset_bytes - q.size_bytes + 1,
                        p.offset_bytes + p.size_bytes - q.offset_bytes - 1,
                    )
                    if not any(first <= low and high <= last for first, last in gaps):
                        sharing[p].add(q)
                        sharing[q].add(p)
    gone: set[_Live] = set()
    while sharing:
        worst = max(sharing, key=lambda piece: (len(sharing[piece]) / piece.size_bytes, piece.name))
        gone.add(worst)
        for other in sharing.pop(worst):
            sharing[other].discard(worst)
            if not sharing[other]:
                del sharing[other]
    return [piece for piece in live if piece not in gone]
