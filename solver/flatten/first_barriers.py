"""The barrier at which bytes pass from one piece to another: the first covering barrier on each way from an access of
the first to the next access of the second."""

from __future__ import annotations

from warpack.solver.flatten.graph import Graph, Place, first_at, leads, passing_edges, pieces_in
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.reach import Reach
from warpack.solver.flatten.spans import phases_of
from warpack.solver.wire.units import Phase

Passage = tuple[Phase, Place | None]
"""The phase in which the destination is accessed next, and the first covering barrier on the way there (None: there is
none)."""


class FirstBarriers:
    """The ways of a program, with the barriers that one `Cover` counts: what every walk between two pieces needs."""

    def __init__(self, graph: Graph, reach: Reach) -> None:
        self.graph, self.places = graph, reach.places
        self.unbarred = {node: frozenset(leaves) for node, leaves in reach.passing.items()}
        self.edges = [self._entered(targets) for targets in graph.edges]
        self.breaks = [self._entered(targets) for targets in graph.breaks]
        self.onward = [[*edges, *breaks] for edges, breaks in zip(self.edges, self.breaks, strict=True)]
        self.inside = [
            first_at(reach.places, 2 * start, 2 * end - 1) if start < end else None
            for start, end in zip(graph.starts, graph.ends, strict=True)
        ]
        self.behind = [
            first_at(reach.places, 2 * end - 1, 2 * end) if start < end else None
            for start, end in zip(graph.starts, graph.ends, strict=True)
        ]

    def between(self, source: Phases, destination: Phases) -> frozenset[Passage]:
        """Every way from an access of the source to the next one of the destination, with no access of either
        between."""
        return frozenset(_Walk(self, source, destination).run())

    def _entered(self, targets: list[int]) -> list[int]:
        """The same, without the copies that come after another component of the same call: that component may have run
        before."""
        return [target for target in targets if target not in self.graph.followers]


class _Walk:
    """Walks on from the source's accesses until the destination is accessed: first until a barrier is met, then on from
    each barrier."""

    def __init__(self, ways: FirstBarriers, source: Phases, destination: Phases) -> None:
        self._ways, graph = ways, ways.graph
        self._source, self._destination = source.spans, destination.spans
        self._fixed = phases_of((*source.spans, *destination.spans)).spans
        holding = {node for start, end in self._fixed for node in graph.nodes_in(start, end)}
        holding.update(node for node in graph.copies if pieces_in(self._fixed, graph.starts[node], graph.ends[node]))
        self._first = {node: pieces_in(self._fixed, graph.starts[node], graph.ends[node])[0][0] for node in holding}
        self._passing = self._passable() if graph.calls else {}
        self._found: set[Passage] = set()
        self._waiting: dict[Place | None, list[int]] = {None: []}

    def _passable(self) -> dict[int, list[int]]:
        """Where ways continue from copies for passing: a companion with an access of either piece is not passed."""
        graph, passing = self._ways.graph, dict[int, list[int]]()
        on = [[*edges, *breaks] for edges, breaks in zip(graph.edges, graph.breaks, strict=True)]

        def add(last: int, leave: int) -> None:
            on[last].append(leave)
            if leave not in graph.followers:
                passing.setdefault(last, []).append(leave)

        passing_edges(graph.calls, add, lambda first, last: leads(on, first, last, self._first.__contains__))
        return passing

    def run(self) -> set[Passage]:
        graph = self._ways.graph
        for start, end in self._source:
            for node in graph.nodes_in(start, end):
                beyond = min(end, graph.ends[node])
                if not pieces_in(self._destination, beyond - 1, beyond):
                    self._until_barrier(node, 2 * beyond - 1)
        unbarred, seen = self._waiting.pop(None), set[int]()
        while unbarred:
            node = unbarred.pop()
            if node not in seen:
                seen.add(node)
                self._until_barrier(node, 2 * graph.starts[node])
                unbarred += self._waiting.pop(None, ())
        for barrier, nodes in self._waiting.items():
            self._behind(barrier, nodes)
        return self._found

    def _until_barrier(self, node: int, place: Place) -> None:
        """Continues from a place in a node to where it leads."""
        ways, phase, end = self._ways, (place + 1) // 2, self._ways.graph.ends[node]
        ahead = pieces_in(self._fixed, phase, end) if node in self._first and phase < end else ()
        if ahead:
            stop = ahead[0][0]
            self._arrive(stop, first_at(ways.places, place, 2 * stop + 1))
            return
        barrier = first_at(ways.places, place, 2 * end - 1) if ways.inside[node] is not None else None
        self._wait(ways.breaks[node], barrier)
        barrier = ways.behind[node] if barrier is None else barrier
        self._wait(ways.edges[node], barrier)
        leaves = self._passing.get(node)
        if leaves:
            unbarred = ways.unbarred.get(node, frozenset())
            self._wait([leave for leave in leaves if barrier is not None or leave in unbarred], barrier)

    def _wait(self, nodes: list[int], barrier: Place | None) -> None:
        if nodes:
            self._waiting.setdefault(barrier, []).extend(nodes)

    def _arrive(self, phase: Phase, barrier: Place | None) -> None:
        """At the first access on a way: a passage, if only the destination has it."""
        if pieces_in(self._destination, phase, phase + 1) and not pieces_in(self._source, phase, phase + 1):
            self._found.add((phase, barrier))

    def _behind(self, barrier: Place | None, nodes: list[int]) -> None:
        """Continues from the nodes that are entered after a barrier."""
        onward, passing, first = self._ways.onward, self._passing, self._first
        seen = set(nodes)
        waiting = list(seen)
        while waiting:
            node = waiting.pop()
            if node in first:
                self._arrive(first[node], barrier)
                continue
            for target in onward[node]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
            if node in passing:
                further = set(passing[node]) - seen
                seen |= further
                waiting += further
