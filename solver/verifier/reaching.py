"""Where ways without a barrier lead, worked out once for a whole program: from all nodes of a cycle they lead to the
same phases."""

from __future__ import annotations

from functools import cached_property

from warpack.solver.verifier.graph import Graph, Node
from warpack.solver.verifier.spans import Span, Spans, merged
from warpack.solver.verifier.stops import AtPlaces
from warpack.solver.verifier.walking import exits, forwards


class Reaching:
    """The ways of one graph, up to some barriers."""

    def __init__(self, graph: Graph, stops: AtPlaces) -> None:
        self._graph = graph
        self._stops = stops

    def behind(self, accesses: Spans) -> Spans:
        """The phases that ways reach from these without meeting a barrier."""
        graph = self._graph
        if graph.beside_at:  # a way from outside passes through all components that are called together
            return forwards(graph, exits(graph, accesses), self._stops).phases
        found: list[Span] = []
        circles: set[int] = set()
        for node, place in exits(graph, accesses):
            stop, end = self._stops.next(place), graph.end[node]
            found.append(((place + 1) // 3, (min(stop, end) + 1) // 3))
            if stop >= end:
                circles.update(self._circle_of[following] for following in graph.following[node])
        for circle in circles:
            found += self._phases[circle]
        return merged(found)

    @cached_property
    def _circles(self) -> tuple[list[int], list[Spans]]:
        """For each node the number of its strongly connected component, and for each component the phases reached once
        it is entered. Tarjan's algorithm gives a component after all those that it leads to."""
        count = len(self._graph.start)
        order, lowest = [-1] * count, [0] * count
        circle_of = [-1] * count
        phases: list[Spans] = []
        path: list[Node] = []
        found = 0
        for root in range(count):
            if order[root] >= 0:
                continue
            order[root] = lowest[root] = found
            found += 1
            path.append(root)
            waiting = [(root, iter(self._following(root)))]
            while waiting:
                node, left = waiting[-1]
                other = next(left, None)
                if other is None:
                    waiting.pop()
                    if lowest[node] == order[node]:
                        self._close(node, path, circle_of, phases)
                    if waiting:
                        above = waiting[-1][0]
                        lowest[above] = min(lowest[above], lowest[node])
                elif order[other] < 0:
                    order[other] = lowest[other] = found
                    found += 1
                    path.append(other)
                    waiting.append((other, iter(self._following(other))))
                elif circle_of[other] < 0:
                    lowest[node] = min(lowest[node], order[other])
        return circle_of, phases

    def _following(self, node: Node) -> list[Node]:
        graph = self._graph
        start, end = graph.start[node], graph.end[node]
        return graph.following[node] if start == end or self._stops.next(start) >= end else []

    def _close(self, first: Node, path: list[Node], circle_of: list[int], phases: list[Spans]) -> None:
        graph, number = self._graph, len(phases)
        found: list[Span] = []
        others: set[int] = set()
        members: list[Node] = []
        while circle_of[first] < 0:
            members.append(path.pop())
            circle_of[members[-1]] = number
        for node in members:
            start, end = graph.start[node], graph.end[node]
            if start < end:
                found.append(((start + 1) // 3, (min(self._stops.next(start), end) + 1) // 3))
            others.update(circle_of[other] for other in self._following(node))
        for other in others - {number}:
            found += phases[other]
        phases.append(merged(found))

    @property
    def _circle_of(self) -> list[int]:
        return self._circles[0]

    @property
    def _phases(self) -> list[Spans]:
        return self._circles[1]
