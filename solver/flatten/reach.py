"""Which phases can follow which without a barrier that covers the threads between: what one thread may do while another
is still behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warpack.solver.flatten.graph import Graph, Standing, first_at, leads, passing_edges
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.spans import NO_PHASES, phases_of
from warpack.solver.wire.manifest import Span
from warpack.solver.wire.units import Phase


class Cover(NamedTuple):
    """Which barriers order the accesses of a pair: those of the block; with `runs` those of a run; those of `tracks`
    (numbers of the program's tracks). With `fence` only those with a proxy fence."""

    runs: bool = False
    tracks: frozenset[int] = frozenset()
    fence: bool = False

    def covers(self, standing: Standing) -> bool:
        barrier = standing.barrier
        if self.fence and not barrier.proxy_fence:
            return False
        if barrier.scope == "block":
            return True
        return self.runs if barrier.scope == "run" else standing.track in self.tracks


class Reach:
    """For one `Cover`: what is reached from each phase without a covering barrier. No way leads into the nodes in
    `closed`."""

    def __init__(self, graph: Graph, cover: Cover, closed: frozenset[int] = frozenset()) -> None:
        self.graph, self.places = graph, graph.covering(cover.covers)
        self._closed = closed
        self._on = [self._ways_on(node) for node in range(len(graph))]
        self.passing: dict[int, list[int]] = {}
        passing_edges(graph.calls, self._pass_on, self._passes)
        self._entered: list[Phases] | None = None
        self._known: dict[Phase, tuple[Span, ...]] = {}

    def after(self, spans: Iterable[Span]) -> Phases:
        """The phases that some way reaches from the last ones of these spans without a covering barrier."""
        found: list[Span] = []
        for start, end in spans:
            for node in self.graph.nodes_in(start, end):
                last = min(end, self.graph.ends[node]) - 1
                known = self._known.get(last)
                if known is None:
                    known = self._known[last] = tuple(self._behind(node, last))
                found += known
        return phases_of(found) if found else NO_PHASES

    def _behind(self, node: int, last: Phase) -> list[Span]:
        """What is reached from a phase of a node."""
        graph = self.graph
        end = graph.ends[node]
        stop = first_at(self.places, 2 * last + 1, 2 * end - 1)
        if stop is not None:
            beyond = (stop + 1) // 2
            return [(last + 1, beyond)] if beyond > last + 1 else []
        found = [(last + 1, end)] if last + 1 < end else []
        targets = list(graph.breaks[node])
        if not self._held_back(node):
            targets += graph.edges[node]
        for target in targets:
            if target not in self._closed:
                found += self._from(target).spans
        return found

    def from_entry(self) -> Phases:
        """What is reached from the program's start."""
        return self._from(self.graph.entry)

    def _from(self, node: int) -> Phases:
        if self._entered is None:
            self._entered = self._closure()
        return self._entered[node]

    def _front(self, node: int) -> tuple[Phase, bool]:
        """How far a node is passed once it is entered: up to which phase, and whether to its end."""
        start, end = self.graph.starts[node], self.graph.ends[node]
        if start == end:
            return start, True
        stop = first_at(self.places, 2 * start, 2 * end - 1)
        return (end, True) if stop is None else ((stop + 1) // 2, False)

    def _held_back(self, node: int) -> bool:
        """Whether a barrier stands behind a node's last phase."""
        if self.graph.starts[node] == self.graph.ends[node]:
            return False
        place = 2 * self.graph.ends[node] - 1
        return first_at(self.places, place, place + 1) is not None

    def _ways_on(self, node: int) -> list[int]:
        """Where a way that entered a node continues."""
        if not self._front(node)[1]:
            return []
        graph = self.graph
        on = list(graph.breaks[node]) if self._held_back(node) else graph.edges[node] + graph.breaks[node]
        return [target for target in on if target not in self._closed] if self._closed else on

    def _pass_on(self, last: int, leave: int) -> None:
        """`passing`: the edges out of copies for passing whose companions have no barrier on every way."""
        self.passing.setdefault(last, []).append(leave)
        if self._front(last)[1] and not self._held_back(last):
            self._on[last].append(leave)

    def _passes(self, first: int, last: int) -> bool:
        """Whether some way leads from node `first` past the end of node `last`."""
        return leads(self._on, first, last, lambda _node: False) and self._front(last)[1] and not self._held_back(last)

    def _closure(self) -> list[Phases]:
        """For each node, the phases reached once it is entered. Strongly connected components are visited in reverse
        topological order."""
        entered: list[Phases] = [NO_PHASES] * len(self._on)
        for component in strongly_connected(self._on):
            inside = set(component)
            spans: list[Span] = []
            seen: set[int] = set()
            for node in component:
                start = self.graph.starts[node]
                beyond = self._front(node)[0]
                if beyond > start:
                    spans.append((start, beyond))
                for target in self._on[node]:
                    known = entered[target]
                    if target not in inside and id(known) not in seen:
                        seen.add(id(known))
                        spans += known.spans
            if len(component) == 1 and len(spans) == 1 and len(seen) == 1:
                only = next(entered[target] for target in self._on[component[0]] if target not in inside)
                phases = only if only.spans == tuple(spans) else phases_of(spans)
            else:
                phases = phases_of(spans) if spans else NO_PHASES
            for node in component:
                entered[node] = phases
        return entered


def strongly_connected(edges: Sequence[Sequence[int]]) -> list[list[int]]:
    """Tarjan's components of a graph, each after all that it leads to."""
    index = [0] * len(edges)
    low = [0] * len(edges)
    on_stack = [False] * len(edges)
    stack: list[int] = []
    found: list[list[int]] = []
    count = 0
    for root in range(len(edges)):
        if index[root]:
            continue
        count += 1
        index[root] = low[root] = count
        stack.append(root)
        on_stack[root] = True
        walk = [(root, iter(edges[root]))]
        while walk:
            node, targets = walk[-1]
            for target in targets:
                if not index[target]:
                    count += 1
                    index[target] = low[target] = count
                    stack.append(target)
                    on_stack[target] = True
                    walk.append((target, iter(edges[target])))
                    break
                if on_stack[target]:
                    low[node] = min(low[node], index[target])
            else:
                walk.pop()
                if walk:
                    parent = walk[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component: list[int] = []
                    while True:
                        member = stack.pop()
                        on_stack[member] = False
                        component.append(member)
                        if member == node:
                            break
                    found.append(component)
    return found
