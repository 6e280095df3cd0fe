"""The hand-overs that a layout relies on: bytes that pass from one buffer to another across a barrier, or by the user's alias."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from solver.flatten.graph import Graph, leads, passing_edges, pieces_in
from solver.flatten.problem import FlatManifest, Phases, RegionProblem
from solver.flatten.reach import Cover, Reach
from solver.flatten.relation import Relation, Use
from solver.flatten.spans import phases_of
from solver.wire.layout import Handoff, Region
from solver.wire.manifest import Span
from solver.wire.units import Bytes, Phase

Place = int


class Placed(NamedTuple):
    """A piece of item number `item` at the bytes `[start, end)`, and its use."""

    start: Bytes
    end: Bytes
    item: int
    name: str
    use: Use


class Handoffs:
    """Lists the hand-overs between pieces of one program."""

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        self._known: dict[tuple[int, int, Cover], frozenset[tuple[Phase, Place | None]]] = {}

    def between(self, first: Placed, second: Placed, region: Region, at: Span) -> Iterator[Handoff]:
        """Every hand-over between two pieces that have the bytes `at` in common, in both directions."""
        for source, destination in ((first, second), (second, first)):
            cover = self._relation.cover(source.use, destination.use)
            if cover is None or not source.use.life.accesses or not destination.use.life.accesses:
                continue
            key = id(source.use.life), id(destination.use.life), cover
            if key not in self._known:
                self._known[key] = frozenset(self._ways(source.use, destination.use, cover))
            for phase, place in self._known[key]:
                yield self._handoff(source.name, destination.name, region, at, phase, place, cover.fence)

    def _ways(self, source: Use, destination: Use, cover: Cover) -> set[tuple[Phase, Place | None]]:
        """(phase in which the destination is accessed next, first covering barrier) of every way from the source's accesses."""
        graph, reach = self._relation.unrolled.graph, self._relation.reach(cover)
        return _Walk(graph, reach, source.life.accesses, destination.life.accesses).run()

    def _handoff(
        self, source: str, destination: str, region: Region, at: Span, phase: Phase, place: Place | None, fence: bool
    ) -> Handoff:
        names = self._relation.unrolled.names
        if place is None:
            return Handoff(source, destination, region, *at, phase, names[phase], None, None, None, "alias", False)
        barrier = place // 2
        side: Literal["before", "after"] = "after" if place % 2 else "before"
        return Handoff(
            source, destination, region, *at, phase, names[phase], barrier, names[barrier], side, "barrier", fence
        )


class _Walk:
    """Walks on from the source's accesses until the destination is accessed, keeping the first barrier met."""

    def __init__(self, graph: Graph, reach: Reach, source: Phases, destination: Phases) -> None:
        self._graph, self._places = graph, reach.places
        self._source, self._destination = source.spans, destination.spans
        self._fixed = phases_of((*source.spans, *destination.spans)).spans
        blocked = [
            start < end and bool(pieces_in(self._fixed, start, end))
            for start, end in zip(graph.starts, graph.ends, strict=True)
        ]
        on = [[*edges, *breaks] for edges, breaks in zip(graph.edges, graph.breaks, strict=True)]
        self._passing: dict[int, list[int]] = {}

        def add(last: int, leave: int) -> None:
            self._passing.setdefault(last, []).append(leave)
            on[last].append(leave)

        passing_edges(graph.calls, add, lambda first, last: leads(on, first, last, blocked.__getitem__))
        self._unbarred = reach.passing
        self._found: set[tuple[Phase, Place | None]] = set()
        self._waiting: list[tuple[int, Place | None]] = []
        self._seen: set[tuple[int, Place | None]] = set()

    def run(self) -> set[tuple[Phase, Place | None]]:
        graph = self._graph
        for start, end in self._source:
            for node in graph.nodes_in(start, end):
                beyond = min(end, graph.ends[node])
                if not self._is_destination(beyond - 1):
                    self._along(node, beyond, None, left=True)
        while self._waiting:
            node, barrier = self._waiting.pop()
            start, end = graph.starts[node], graph.ends[node]
            if start == end:
                self._leave(node, barrier)
            else:
                self._along(node, start, barrier, left=False)
        return self._found

    def _along(self, node: int, phase: Phase, barrier: Place | None, *, left: bool) -> None:
        """On from just before a phase of a node, or with `left` just behind the phase before it."""
        end = self._graph.ends[node]
        stop = self._next_fixed(phase, end)
        if barrier is None:
            barrier = self._first(2 * phase - 1 if left else 2 * phase, 2 * stop + 1 if stop < end else 2 * end - 1)
        if stop < end:
            if self._is_destination(stop) and not pieces_in(self._source, stop, stop + 1):
                self._found.add((stop, barrier))
            return
        self._leave(node, barrier)

    def _leave(self, node: int, barrier: Place | None) -> None:
        graph = self._graph
        for target in graph.breaks[node]:
            self._enter(target, barrier)
        if graph.starts[node] < graph.ends[node] and barrier is None:
            last = 2 * graph.ends[node] - 1
            barrier = self._first(last, last + 1)
        for target in graph.edges[node]:
            self._enter(target, barrier)
        for target in self._passing.get(node, ()):
            if barrier is not None or target in self._unbarred.get(node, ()):
                self._enter(target, barrier)

    def _enter(self, node: int, barrier: Place | None) -> None:
        if node in self._graph.followers:
            return  # what else is called there may have run before
        if (node, barrier) not in self._seen:
            self._seen.add((node, barrier))
            self._waiting.append((node, barrier))

    def _first(self, place: Place, beyond: Place) -> Place | None:
        index = bisect_left(self._places, place)
        return self._places[index] if index < len(self._places) and self._places[index] < beyond else None

    def _next_fixed(self, phase: Phase, end: Phase) -> Phase:
        found = pieces_in(self._fixed, phase, end) if phase < end else []
        return found[0][0] if found else end

    def _is_destination(self, phase: Phase) -> bool:
        return bool(pieces_in(self._destination, phase, phase + 1))


def list_handoffs(flat: FlatManifest, problem: RegionProblem, offsets: Sequence[Bytes]) -> tuple[Handoff, ...]:
    """Every hand-over of a region whose items lie at `offsets` (bytes, in the order of `problem.items`).

    One stands for two pieces that share bytes, a way of the program from an access of the one to the next one of the other with no
    access of either between, and the first covering barrier on that way; none where an alias is the user's word for it. Buffers
    that one thread alone uses need none, but towards asynchronous accesses. The offsets must be those of a layout that keeps the rules.
    """
    uses, relation = flat.uses, flat.relation
    if relation is None or (problem.private_to_thread and not any(use.asynchronous for use in uses.values())):
        return ()
    found: set[Handoff] = set()
    listing = Handoffs(relation)
    for a, b in sharing(placed(problem, offsets, uses)):
        found.update(listing.between(a, b, problem.region, (max(a.start, b.start), min(a.end, b.end))))
    return tuple(sorted(found, key=lambda one: (*one.order, one.start_bytes)))


def placed(problem: RegionProblem, offsets: Sequence[Bytes], uses: Mapping[str, Use]) -> list[Placed]:
    """The pieces of a region that are ever used, at their bytes."""
    return [
        Placed(start, start + piece.size_bytes, index, piece.name, uses[piece.name])
        for index, item in enumerate(problem.items)
        for piece in item.pieces
        if piece.accesses
        for start in (offsets[index] + piece.offset_bytes,)
    ]


def sharing(pieces: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Pieces of different items with bytes in common: a sweep over the region."""
    open_now: list[Placed] = []
    for piece in sorted(pieces, key=lambda one: one[:3]):
        open_now = [one for one in open_now if one.end > piece.start]
        yield from ((other, piece) for other in open_now if other.item != piece.item)
        open_now.append(piece)
