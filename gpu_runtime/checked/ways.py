"""The ways through a program, as tables: stretches of phases, which can follow which, and where threads do not go
together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warpack.solver.verifier import tree
from warpack.solver.verifier.spans import Span, Spans, common, merged
from warpack.solver.verifier.story import Story


@dataclass(frozen=True)
class Ways:
    """`nodes`: (first phase, the one after the last, edges from, to), the program's start first; `edges`: nodes.
    `alone`: the phases that threads of a block run apart from one another: tracks, and branches in which they do not
    choose together. `beside`: (number of the call, start, end) for components called together. `tracks`: (start, end,
    threads or -1, threads of the others)."""

    nodes: tuple[tuple[int, int, int, int], ...]
    edges: tuple[int, ...]
    alone: Spans
    beside: tuple[tuple[int, int, int], ...]
    tracks: tuple[tuple[int, int, int, int], ...]
    calls: tuple[tree.Call, ...]

    @property
    def enters(self) -> frozenset[int]:
        return frozenset(call.start for call in self.calls)

    def siblings(self, phases: Spans) -> list[Span]:
        """The phases of components that are called together with one in which some of these lie."""
        inside = {row for row in self.beside if common(phases, (row[1:],))}
        numbers = {row[0] for row in inside}
        return [row[1:] for row in self.beside if row[0] in numbers and row not in inside]


def ways_of(story: Story, *, together: bool) -> Ways:
    """`together`: threads share buffers, so it matters which of them go together."""
    nodes, edges = _graph(story)
    items = list(_items(story.tree))
    alone = [
        (item.start, item.end)
        for item in items
        if together and (isinstance(item, tree.Tracks) or (isinstance(item, tree.Branch) and item.uniform != "block"))
    ]
    calls = sorted((item for item in items if isinstance(item, tree.Call)), key=lambda call: call.start)
    return Ways(
        nodes,
        edges,
        merged(alone),
        tuple((call.start, *span) for call in calls if len(call.components) > 1 for span in call.component_spans),
        tuple(row for item in items if isinstance(item, tree.Tracks) for row in _tracks(item)),
        tuple(calls),
    )


def _graph(story: Story) -> tuple[tuple[tuple[int, int, int, int], ...], tuple[int, ...]]:
    """The verifier's graph, in which ways also lead into each of several components called together, and on from
    each."""
    graph = story.graph
    following = [list(nodes) for nodes in graph.following]
    for junction, beside in graph.beside_at.items():
        if junction == beside.before:
            for first, last in beside.bodies:
                following[junction].append(first)
                following[last].append(beside.behind)
    rows: list[tuple[int, int, int, int]] = []
    edges: list[int] = []
    for node, behind in enumerate(following):
        first, end = graph.phases_of(node)
        rows.append((first, max(first, end), len(edges), len(edges) + len(behind)))
        edges += behind
    return tuple(rows), tuple(edges)


def _items(body: tree.Sequence) -> Iterator[tree.Item]:
    waiting = list(body)
    while waiting:
        item = waiting.pop()
        yield item
        for sequence in tree.children(item):
            waiting.extend(sequence)


def _tracks(item: tree.Tracks) -> Iterator[tuple[int, int, int, int]]:
    known = [threads for threads in item.threads if threads is not None]
    for span, threads in zip(item.track_spans, item.threads, strict=True):
        yield (*span, -1 if threads is None else threads, sum(known) - (threads or 0))
