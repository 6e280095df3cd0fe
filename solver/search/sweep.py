"""First fit for very many items: the pairs that conflict are looked up when an item is placed, and never held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from solver.flatten.pairs import forbidden_differences
from solver.flatten.problem import RegionProblem
from solver.search.conflicts import Pair, special_pairs
from solver.search.firstfit import PinsCollide, lowest_between
from solver.search.skyline import Span, apart_partners, occupied_spans, pack_skyline
from solver.search.stop import Stop
from solver.wire.units import Bytes

_ASK_EVERY = 64
"""Items placed between two questions whether to stop."""


def pack_sweeping(problem: RegionProblem, *, good_enough: Bytes, stop: Stop) -> list[Bytes]:
    """The best of skyline and first fit over a few orders; ends early at a top of `good_enough`, or when `stop` says so."""
    spans = occupied_spans(problem)
    _check_pins(problem, spans)
    loose = [i for i, item in enumerate(problem.items) if item.pinned_offset_bytes is None]
    size = [item.size_bytes for item in problem.items]
    length = [sum(end - start for start, end in one) for one in spans]
    alignment = [item.alignment_bytes for item in problem.items]
    by_length = sorted(loose, key=lambda i: (-length[i], -alignment[i], -size[i], i))
    by_area = sorted(loose, key=lambda i: (-length[i] * size[i], -size[i], i))
    by_size = sorted(loose, key=lambda i: (-size[i], -length[i], i))
    by_time = sorted(loose, key=lambda i: (spans[i][0] if spans[i] else (0, 0), -size[i], i))
    best: list[Bytes] = []
    best_top = -1
    for order in (by_length, by_time):
        if not best or not stop.now():
            best, best_top = _better(problem, best, best_top, pack_skyline(problem, spans, order, stop))
    for order in (by_area, by_size, by_length, by_time):
        if best_top <= good_enough or stop.now():
            break
        found = _first_fit(problem, spans, order, stop)
        if found is not None:
            best, best_top = _better(problem, best, best_top, found)
    return best


def _better(
    problem: RegionProblem, best: list[Bytes], best_top: Bytes, found: list[Bytes]
) -> tuple[list[Bytes], Bytes]:
    top = max(offset + item.size_bytes for offset, item in zip(found, problem.items, strict=True))
    return (found, top) if best_top < 0 or top < best_top else (best, best_top)


class Meetings:
    """Placed items by phase: a binary tree over the phases. A span is kept at the fewest nodes that make it up, and known to
    all nodes above those; what meets a span is kept at a node above its own, or known to one of its own."""

    def __init__(self, length: int) -> None:
        self._leaves = 1 << max(0, length - 1).bit_length()
        self._kept: defaultdict[int, list[int]] = defaultdict(list)
        self._known: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, item: int, spans: Sequence[Span]) -> None:
        above = set()
        for node in self._nodes(spans):
            self._kept[node].append(item)
            while node:
                above.add(node)
                node //= 2
        for node in above:
            self._known[node].append(item)

    def meeting(self, spans: Sequence[Span]) -> set[int]:
        found: set[int] = set()
        for node in self._nodes(spans):
            found.update(self._known.get(node, ()))
            node //= 2
            while node:
                found.update(self._kept.get(node, ()))
                node //= 2
        return found

    def _nodes(self, spans: Sequence[Span]) -> list[int]:
        nodes = []
        for start, end in spans:
            low, high = start + self._leaves, end + self._leaves
            while low < high:
                if low & 1:
                    nodes.append(low)
                    low += 1
                if high & 1:
                    high -= 1
                    nodes.append(high)
                low, high = low // 2, high // 2
        return nodes


def _first_fit(
    problem: RegionProblem, spans: Sequence[Sequence[Span]], order: Sequence[int], stop: Stop
) -> list[Bytes] | None:
    """None where `stop` came first."""
    items, special, partners = problem.items, special_pairs(problem), apart_partners(problem)
    meetings = Meetings(max((end for one in spans for _, end in one), default=0))
    offsets = [-1] * len(items)
    pinned = [i for i, item in enumerate(items) if item.pinned_offset_bytes is not None]
    for count, i in enumerate((*pinned, *order)):
        if count % _ASK_EVERY == 0 and stop.now():
            return None
        item = items[i]
        offset = item.pinned_offset_bytes
        if offset is None:
            others = meetings.meeting(spans[i])
            others.update(other for other in partners.get(i, ()) if offsets[other] >= 0)
            blocked = blocked_by(problem, special, i, others, offsets)
            offset = lowest_between(blocked, item.alignment_bytes)
        offsets[i] = offset
        meetings.add(i, spans[i])
    return offsets


def blocked_by(
    problem: RegionProblem, special: frozenset[Pair], i: int, others: set[int], offsets: Sequence[Bytes]
) -> list[tuple[Bytes, Bytes]]:
    """Offsets of item `i`, as closed intervals, that the placed items forbid."""
    items = problem.items
    item, rigid = items[i], len(items[i].pieces) > 1
    blocked: list[tuple[Bytes, Bytes]] = []
    for other in others:
        there, offset = items[other], offsets[other]
        if rigid or len(there.pieces) > 1 or ((i, other) if i < other else (other, i)) in special:
            blocked += [(offset + low, offset + high) for low, high in forbidden_differences(problem, other, i)]
        else:
            blocked.append((offset - item.size_bytes + 1, offset + there.size_bytes - 1))
    return blocked


def _check_pins(problem: RegionProblem, spans: Sequence[Sequence[Span]]) -> None:
    """Raises PinsCollide where two pinned items are in each other's way."""
    pinned = sorted(
        (item.pinned_offset_bytes, i) for i, item in enumerate(problem.items) if item.pinned_offset_bytes is not None
    )
    for place, (offset, i) in enumerate(pinned):
        for other_offset, j in pinned[place + 1 :]:
            if other_offset >= offset + problem.items[i].size_bytes:
                break
            if any(low <= other_offset - offset <= high for low, high in forbidden_differences(problem, i, j)):
                raise PinsCollide(min(i, j), max(i, j))
