"""The ways on which bytes pass from one piece to another, and the barrier that orders each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from warpack.solver.verifier.graph import Beside, Graph, Node, Place
from warpack.solver.verifier.spans import Spans, covers, merged
from warpack.solver.verifier.stops import AtPhases, Stops
from warpack.solver.verifier.walking import exits
from warpack.solver.wire.units import Phase

Arrival = tuple[Phase, Place | None]
"""A phase in which the destination is entered, and the first barrier on the way there."""


class _Outside(NamedTuple):
    """The barrier, if any, that a way met before it entered components called together; None for ways that started
    inside them or lie in none."""

    barrier: Place | None


class _Step(NamedTuple):
    node: Node
    barrier: Place | None
    entered: _Outside | None


def passages(graph: Graph, source: Spans, destination: Spans, stops: Stops) -> set[Arrival]:
    """Every way that leaves the source's life and arrives in the destination's, with neither live between: where it
    arrives, and the first barrier on it. No way starts in a phase where both are live: there the bytes were handed over
    in place.

    A way into one of several components called together does not go through the others; one past them goes through all,
    in any order.
    """
    return _Passing(graph, source, destination, stops).go()


class _Passing:
    def __init__(self, graph: Graph, source: Spans, destination: Spans, stops: Stops) -> None:
        self._graph = graph
        self._source = source
        self._destination = destination
        self._sources = AtPhases(source)
        self._destinations = AtPhases(destination)
        self._stops = stops
        self._found: set[Arrival] = set()
        self._known: set[_Step] = set()
        self._waiting: list[_Step] = []
        self._ends: dict[tuple[Node, _Outside], dict[Node, set[Place | None]]] = {}
        self._behind: dict[tuple[Node, _Outside], set[_Outside | None]] = defaultdict(set)

    def go(self) -> set[Arrival]:
        """All of them."""
        return self._called() if self._graph.beside_at else self._plain()

    def _plain(self) -> set[Arrival]:
        """For programs without components called together. Most nodes hold no phase of either life."""
        graph, following = self._graph, self._graph.following
        lives = merged((*self._source, *self._destination))
        holding = frozenset(node for node, *_ in graph.holding(lives))
        waiting: list[tuple[Node, Place | None]] = []
        known: dict[Place | None, set[Node]] = defaultdict(set)
        for node, place in exits(graph, self._source):
            if not covers(self._destination, place // 3):
                out, barrier = self._through(node, place, None)
                if out:
                    waiting += [(other, barrier) for other in following[node]]
        while waiting:
            node, barrier = waiting.pop()
            if node in known[barrier]:
                continue
            known[barrier].add(node)
            if node in holding:
                out, barrier = self._through(node, graph.start[node], barrier)
                if not out:
                    continue
            elif barrier is None and graph.start[node] != graph.end[node]:
                first = self._stops.next(graph.start[node])
                barrier = first if first < graph.end[node] else None
            waiting += [(other, barrier) for other in following[node]]
        return self._found

    def _called(self) -> set[Arrival]:
        for node, place in exits(self._graph, self._source):
            if not covers(self._destination, place // 3):
                self._pass(_Step(node, None, None), place)
        while self._waiting:
            step = self._waiting.pop()
            self._pass(step, self._graph.start[step.node])
        return self._found

    def _pass(self, step: _Step, place: Place) -> None:
        """Through a node, from this place on."""
        out, barrier = self._through(step.node, place, step.barrier)
        if out:
            self._out_of(_Step(step.node, barrier, step.entered))

    def _through(self, node: Node, place: Place, barrier: Place | None) -> tuple[bool, Place | None]:
        """Whether a way that is at this place leaves the node, and the first barrier that it has met by then."""
        end = self._graph.end[node]
        if place >= end:
            return True, barrier
        source, destination = self._sources.next(place), self._destinations.next(place)
        stop = min(source, destination)
        if barrier is None:
            first = self._stops.next(place)
            barrier = first if first < min(stop, end) else None
        if stop < end and destination < source:
            self._found.add((destination // 3, barrier))
        return stop >= end, barrier

    def _out_of(self, step: _Step) -> None:
        graph, node = self._graph, step.node
        beside = graph.beside_at.get(node)
        if beside is not None and beside.before == node:
            self._into(beside, step)
            return
        beside = graph.beside_of.get(node)
        if beside is not None and any(node == last for _, last in beside.bodies):
            if step.entered is None:
                self._push(beside.behind, step.barrier, None)
            else:
                ends = self._ends[beside.before, step.entered]
                ends[node].add(step.barrier)
                self._go_behind(beside, step.entered, self._behind[beside.before, step.entered])
            return
        for following in graph.following[node]:
            self._push(following, step.barrier, step.entered)

    def _push(self, node: Node, barrier: Place | None, entered: _Outside | None) -> None:
        step = _Step(node, barrier, entered)
        if step not in self._known:
            self._known.add(step)
            self._waiting.append(step)

    def _into(self, beside: Beside, step: _Step) -> None:
        entered = _Outside(step.barrier)
        key = (beside.before, entered)
        if key not in self._ends:
            self._ends[key] = {last: set() for _, last in beside.bodies}
            for first, _ in beside.bodies:
                self._push(first, step.barrier, entered)
        self._behind[key].add(step.entered)
        self._go_behind(beside, entered, (step.entered,))

    def _go_behind(self, beside: Beside, entered: _Outside, waiting: Iterable[_Outside | None]) -> None:
        """Continues after components called together, once each of them can be passed: the first barrier may be that of
        any."""
        ends = self._ends[beside.before, entered].values()
        if not all(ends):
            return
        met: set[Place | None] = {barrier for barriers in ends for barrier in barriers if barrier is not None}
        if all(None in barriers for barriers in ends):
            met.add(None)
        for outer in list(waiting):
            for barrier in met:
                self._push(beside.behind, barrier, outer)
