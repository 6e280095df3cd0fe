"""Which elements are occupied at each place of a kernel: needed later on some way, or accessed just then.

Backwards: what may be read before it is certainly overwritten. Forwards: what may have been written. Both are sets of
elements as bits of one number, so that a place costs a few operations whatever it touches.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from warpack.gpu_runtime.trace.static.graph import Graph, Place
from warpack.gpu_runtime.trace.static.index import Terms, bits, dims_of
from warpack.gpu_runtime.trace.static.storage import Storage
from warpack.gpu_runtime.trace.static.values import Elements


@dataclass
class Liveness:
    """By place, as bits: `occupied`, `reads`, `writes`. `at_start`: what is needed before anything was written."""

    occupied: list[int]
    reads: list[int]
    writes: list[int]
    at_start: int


def find_liveness(graph: Graph, storage: Storage, filled: int) -> Liveness:
    """`filled`: what holds something before the kernel starts."""
    places = graph.places
    held: dict[int, int] = defaultdict(int)  # by region: what stays needed within it, seen from nowhere else
    regions = {region.loop: index for index, region in enumerate(graph.regions) if region.loop is not None}
    reads = [_or(storage.touched(e) for e in place.reads) for place in places]
    exposed = [_exposed(place, reads[n], graph, storage, held, regions) for n, place in enumerate(places)]
    writes = [_or(storage.touched(e) for e in place.writes) for place in places]
    kills = [_or(storage.killed(e) for e in place.kills) for place in places]
    before: list[list[int]] = [[] for _ in places]
    for number, place in enumerate(places):
        for target in place.next:
            before[target].append(number)
    order = _order(places)
    came = _forwards(order, before, places, writes, filled)
    needed = _backwards(order, before, places, exposed, kills)
    after = [_or(needed[target] for target in place.next) for place in places]
    for index, region in enumerate(graph.regions):
        for late in region.late:
            held[index] |= after[late] & kills[late]
    stays: dict[tuple[int, ...], int] = {}
    occupied = []
    for number, place in enumerate(places):
        if place.inside not in stays:
            stays[place.inside] = _or(held[region] for region in place.inside if region in held)
        entered = came[number]
        left = entered | writes[number]
        extra = stays[place.inside] & left
        occupied.append((needed[number] & entered) | (after[number] & left) | extra | reads[number] | writes[number])
    return Liveness(occupied, reads, writes, needed[0])


def _or(several: object) -> int:
    found = 0
    for one in several:  # type: ignore[attr-defined]
        found |= one
    return found


def _order(places: list[Place]) -> list[int]:
    """Each place after those that lead to it, but for the backs of loops."""
    seen, found = set(), []
    waiting = [(0, iter(places[0].next))]
    seen.add(0)
    while waiting:
        number, targets = waiting[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                waiting.append((target, iter(places[target].next)))
                break
        else:
            found.append(number)
            waiting.pop()
    return found[::-1]


def _forwards(
    order: list[int], before: list[list[int]], places: list[Place], writes: list[int], filled: int
) -> list[int]:
    came = [0] * len(places)
    came[0] = filled
    changed = True
    while changed:
        changed = False
        for number in order:
            found = came[number]
            for source in before[number]:
                found |= came[source] | writes[source]
            if found != came[number]:
                came[number], changed = found, True
    return came


def _backwards(
    order: list[int], before: list[list[int]], places: list[Place], exposed: list[int], kills: list[int]
) -> list[int]:
    needed = [0] * len(places)
    changed = True
    while changed:
        changed = False
        for number in reversed(order):
            found = 0
            for target in places[number].next:
                found |= needed[target]
            found = (found & ~kills[number]) | exposed[number]
            if found != needed[number]:
                needed[number], changed = found, True
    return needed


def _exposed(
    place: Place, reads: int, graph: Graph, storage: Storage, held: dict[int, int], regions: dict[object, int]
) -> int:
    """What the place reads that was not written before in the same trip, or by the same thread."""
    if not place.known or not any(elements.free for elements in place.reads):
        return reads
    found = 0
    for elements in place.reads:
        facts = _covering(elements, place, storage)
        if facts is None:
            found |= storage.touched(elements)
            continue
        inside = [r for r in place.inside if graph.regions[r].loop in {s.loop for s, _ in facts if s.loop}]
        held[inside[-1] if inside else place.inside[0]] |= storage.touched(elements)
    return found


def _covering(elements: Elements, place: Place, storage: Storage) -> Terms | None:
    """The unknowns on which facts depend that together cover these elements; None where they do not."""
    if not elements.free or elements.whole:
        return None
    own = set(elements.free)
    groups: dict[Terms, list[Elements]] = defaultdict(list)
    for fact in place.known:
        if fact.base == elements.base and fact.free and own.issuperset(fact.free):
            groups[fact.free].append(fact)
    array = storage.arrays[storage.index(elements)]
    size = array.count
    for free, facts in groups.items():
        if array.rows and not any(symbol.loop for symbol, _ in free):
            continue  # a thread's own elements: kills say the same, and say it better
        rest = tuple(term for term in elements.free if term not in free)
        wanted = bits(elements.start + size, elements.dims + dims_of(rest))
        if not wanted & ~_or(bits(fact.start + size, fact.dims) for fact in facts):
            return free
    return None
