"""Walks along all ways at once, forwards or backwards, until something stops them. A walk returns the places that it
passed and where it was stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from warpack.solver.verifier.graph import NO_GATES, Beside, Graph, Node, Place
from warpack.solver.verifier.spans import Spans, merged
from warpack.solver.verifier.stops import Stops

Start = tuple[Node, Place]
"""A place in a node, at which a walk begins: forwards it looks at this place first, backwards at the one before."""


@dataclass(slots=True)
class Walk:
    """`passed`: places `[start, end)` along which ways came; `stopped`: the places that stopped them; `seen`: the nodes
    through whose ends they went."""

    passed: list[tuple[Place, Place]] = field(default_factory=list)
    stopped: set[Place] = field(default_factory=set)
    seen: set[Node] = field(default_factory=set)

    @property
    def phases(self) -> Spans:
        """The phases on the ways."""
        return merged([((start + 1) // 3, (end + 1) // 3) for start, end in self.passed])


def exits(graph: Graph, spans: Spans) -> Iterator[Start]:
    """The places where ways leave these phases."""
    for node, _, last in graph.holding(spans):
        yield node, 3 * last + 2


def forwards(graph: Graph, starts: Iterable[Start], stops: Stops, shut: frozenset[Node] = NO_GATES) -> Walk:
    """All ways forward from the given places that pass no closed gate."""
    return _Walker(graph, stops, shut, backwards=False).walk(starts)


def backwards(graph: Graph, starts: Iterable[Start], stops: Stops, shut: frozenset[Node] = NO_GATES) -> Walk:
    """All ways that lead to the given places and pass no closed gate."""
    return _Walker(graph, stops, shut, backwards=True).walk(starts)


@dataclass(slots=True)
class _Through:
    """How far a walk from outside has come through components that are called in one phase: the bodies that are left,
    and whether the walks that wait after them may leave the enclosing calls."""

    left: int
    waiting: set[bool] = field(default_factory=set)


class _Walker:
    """A walk that entered a component from outside (`free` False) may leave it only when all components of the same
    call can be left."""

    def __init__(self, graph: Graph, stops: Stops, shut: frozenset[Node], *, backwards: bool) -> None:
        self._graph = graph
        self._shut = shut
        self._stops = stops
        self._backwards = backwards
        self._edges = graph.leading if backwards else graph.following
        self._through: dict[int, _Through] = {}
        self._known: set[tuple[Node, bool]] = set()
        self._waiting: list[tuple[Node, bool]] = []
        self._result = Walk()

    def walk(self, starts: Iterable[Start]) -> Walk:
        if not self._graph.beside_at:
            return self._plain(starts)
        for node, place in starts:
            if self._pass(node, place):
                self._out_of(node, free=True)
        graph, edge = self._graph, self._graph.end if self._backwards else self._graph.start
        while self._waiting:
            node, free = self._waiting.pop()
            if node in self._shut:
                continue
            if graph.start[node] == graph.end[node] or self._pass(node, edge[node]):
                self._out_of(node, free=free)
        return self._result

    def _plain(self, starts: Iterable[Start]) -> Walk:
        """The same for programs without components called together: most nodes are passed without a look at their
        phases."""
        result, edges, start, end = self._result, self._edges, self._graph.start, self._graph.end
        edge = end if self._backwards else start
        holding = self._stops.holders(self._graph)
        waiting: list[Node] = []
        known, ended = set(self._shut), set(self._shut)
        whole: list[Node] = []
        for node, place in starts:
            if self._pass(node, place):
                result.seen.add(node)
                waiting += edges[node]
        while waiting:
            node = waiting.pop()
            if node in known:
                continue
            known.add(node)
            if holding is not None and node not in holding:
                whole.append(node)
            elif start[node] != end[node] and not self._pass(node, edge[node]):
                ended.add(node)
                continue
            waiting += edges[node]
        result.passed += [(start[node], end[node]) for node in whole if start[node] != end[node]]
        result.seen |= known - ended
        return result

    def _pass(self, node: Node, place: Place) -> bool:
        """Goes through the node from this place on; says whether the walk comes out of it."""
        result = self._result
        if self._backwards:
            start, stop = self._graph.start[node], self._stops.last(place)
            if stop < start:
                result.passed.append((start, place))
                return True
            result.passed.append((stop + 1, place))
        else:
            end, stop = self._graph.end[node], self._stops.next(place)
            if stop >= end:
                result.passed.append((place, end))
                return True
            result.passed.append((place, stop))
        result.stopped.add(stop)
        return False

    def _out_of(self, node: Node, *, free: bool) -> None:
        self._result.seen.add(node)
        if self._graph.beside_at:
            beside = self._graph.beside_at.get(node)
            if beside is not None and node == (beside.behind if self._backwards else beside.before):
                self._into(beside, free=free)
                return
            beside = self._graph.beside_of.get(node)
            if beside is not None and any(node == (body[0] if self._backwards else body[1]) for body in beside.bodies):
                self._leave(beside, free=free)
                return
        for other in self._edges[node]:
            self._push(other, free=free)

    def _push(self, node: Node, *, free: bool) -> None:
        if (node, free) not in self._known:
            self._known.add((node, free))
            self._waiting.append((node, free))

    def _into(self, beside: Beside, *, free: bool) -> None:
        through = self._through.get(beside.before)
        if through is None:
            through = self._through[beside.before] = _Through(len(beside.bodies))
            for first, last in beside.bodies:
                self._push(last if self._backwards else first, free=False)
        if through.left:
            through.waiting.add(free)
        else:
            self._push(beside.before if self._backwards else beside.behind, free=free)

    def _leave(self, beside: Beside, *, free: bool) -> None:
        outside = beside.before if self._backwards else beside.behind
        if free:
            self._push(outside, free=True)
            return
        through = self._through[beside.before]
        through.left -= 1
        if not through.left:
            for waiting in through.waiting:
                self._push(outside, free=waiting)
