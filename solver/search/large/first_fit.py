"""First fit for very many items. Conflicting pairs are looked up when an item is placed, and not held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.conflicts import Pair, special_pairs
from warpack.solver.search.core.offsets import lowest_between
from warpack.solver.search.core.spans import Span, apart_partners
from warpack.solver.search.core.stop import Stop
from warpack.solver.wire.units import Bytes

_ASK_EVERY = 64
"""Items that are placed between two looks at the clock."""


class Meetings:
    """Finds placed items by phase, with a segment tree. A span is stored at the fewest nodes that cover it, and noted
    at all nodes above these. So the items that meet a span are stored above its nodes, or stored or noted at them."""

    def __init__(self, length: int) -> None:
        self._leaves = 1 << max(0, length - 1).bit_length()
        self._kept: defaultdict[int, list[int]] = defaultdict(list)
        self._known: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, item: int, spans: Sequence[Span]) -> None:
        """Adds a placed item with its spans."""
        above = set()
        for node in self._nodes(spans):
            self._kept[node].append(item)
            while node:
                above.add(node)
                node //= 2
        for node in above:
            self._known[node].append(item)

    def meeting(self, spans: Sequence[Span]) -> set[int]:
        """The placed items that meet one of the spans."""
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


def first_fit(
    problem: RegionProblem, spans: Sequence[Sequence[Span]], order: Sequence[int], stop: Stop
) -> list[Bytes] | None:
    """The offsets of the pinned items and of those in `order`; -1 for all others. None if `stop` came first."""
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
    """The offsets of item `i` that the placed items forbid, as closed intervals."""
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
