"""Builds the graph of all ways through a program from its tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from warpack.solver.verifier import tree
from warpack.solver.verifier.graph import Beside, Graph, Node, Place
from warpack.solver.wire.units import Phase


def graph_of(body: tree.Sequence) -> Graph:
    """The ways through a program."""
    builder = _Builder()
    builder.junction(0)
    builder.write(body)
    return builder.graph


@dataclass(slots=True)
class _Open:
    """An item whose sequences are being written: the next sequence, the node where ways enter it, and the nodes where
    they leave."""

    item: tree.Item
    sequences: tuple[tree.Sequence, ...]
    entry: Node
    out: list[Node] = field(default_factory=list)
    number: int = 0


class _Builder:
    """Goes through the tree in program order. `_loose`: the nodes whose next edge leads to whatever comes next."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._loose: list[Node] = []
        self._open: list[_Open] = []
        self._left_after: dict[Phase, list[_Open]] = {}
        self._growing = False

    def write(self, body: tree.Sequence) -> None:
        waiting: list[Iterator[tree.Item]] = [iter(body)]
        while waiting:
            item = next(waiting[-1], None)
            if item is None:
                waiting.pop()
                if self._open:
                    self._lane_ends()
                    self._next_lane(waiting)
            elif isinstance(item, tree.Phases):
                self._stretch(3 * item.start, 3 * item.end)
            else:
                self._enter(item)
                self._next_lane(waiting)

    def junction(self, place: Place) -> Node:
        """A node without phases, to which all loose nodes lead."""
        return self._node(place, place)

    def _node(self, start: Place, end: Place) -> Node:
        graph, node = self.graph, len(self.graph.start)
        graph.start.append(start)
        graph.end.append(end)
        graph.following.append([])
        graph.leading.append(list(self._loose))
        for loose in self._loose:
            graph.following[loose].append(node)
        first, beyond = graph.phases_of(node)
        if first < beyond:
            graph.holders.append(node)
            graph.first_phases.append(first)
        self._loose, self._growing = [node], start < end
        return node

    def _stretch(self, start: Place, end: Place) -> None:
        """Plain phases, the last of which some loops may be left after."""
        left = self._left_after.pop((end - 1) // 3, []) if self._left_after else []
        self._grow(start, end - 1 if left else end)
        if left:
            for loop in left:
                loop.out.append(self._loose[0])
            self._growing = False
            self._node(end - 1, end)

    def _grow(self, start: Place, end: Place) -> None:
        graph = self.graph
        if self._growing and len(self._loose) == 1 and graph.end[self._loose[0]] == start:
            held = graph.phases_of(self._loose[0])
            graph.end[self._loose[0]] = end
            first, beyond = graph.phases_of(self._loose[0])
            if held[0] >= held[1] and first < beyond:
                graph.holders.append(self._loose[0])
                graph.first_phases.append(first)
        else:
            self._node(start, end)

    def _enter(self, item: tree.Item) -> None:
        if isinstance(item, tree.Call):
            self._stretch(3 * item.start, 3 * item.start + 3)
            several = len(item.components) > 1
            entry = self.junction(3 * item.start + 3) if several else self._loose[0]
            if several:
                self.graph.beside_at[entry] = Beside(entry)
        else:
            entry = self.junction(3 * item.start)
        opened = _Open(item, tree.children(item), entry)
        self._open.append(opened)
        if isinstance(item, tree.Loop):
            for phase in item.breaks:
                self._left_after.setdefault(phase, []).append(opened)

    def _next_lane(self, waiting: list[Iterator[tree.Item]]) -> None:
        """Continues with the next sequence of the open item, or after it."""
        opened = self._open[-1]
        if opened.number == len(opened.sequences):
            self._open.pop()
            self._leave(opened)
            return
        item = opened.item
        if isinstance(item, tree.Call):
            if len(opened.sequences) > 1:
                self._loose = []
                first = self.junction(3 * item.component_spans[opened.number][0])
                self.graph.beside_of[first] = self.graph.beside_at[opened.entry]
                opened.out.append(first)
        else:
            self._loose, self._growing = [opened.entry], False
            if isinstance(item, tree.Tracks):
                span = item.track_spans[opened.number]
                self.graph.gates[self.junction(3 * span[0])] = span
        waiting.append(iter(opened.sequences[opened.number]))
        opened.number += 1

    def _lane_ends(self) -> None:
        opened = self._open[-1]
        item = opened.item
        if isinstance(item, tree.Call):
            if len(opened.sequences) > 1:
                last = self.junction(3 * item.component_spans[opened.number - 1][1])
                beside = self.graph.beside_at[opened.entry]
                self.graph.beside_of[last] = beside
                beside.bodies.append((opened.out[-1], last))
        elif isinstance(item, tree.Loop):
            self._loop_ends(item, opened)
        else:
            opened.out.extend(self._loose)

    def _loop_ends(self, item: tree.Loop, opened: _Open) -> None:
        for loose in self._loose:
            self.graph.following[loose].append(opened.entry)
            self.graph.leading[opened.entry].append(loose)
        if not item.at_least:
            opened.out.append(opened.entry)  # where a trip that is not the last ends here too
        elif not item.endless:
            opened.out.extend(self._loose)

    def _leave(self, opened: _Open) -> None:
        item = opened.item
        if isinstance(item, tree.Call):
            if len(opened.sequences) > 1:
                self._loose = []
                beside = self.graph.beside_at[opened.entry]
                beside.behind = self.junction(3 * item.end - 3)
                self.graph.beside_at[beside.behind] = beside
            self._stretch(3 * item.end - 3, 3 * item.end)
            return
        if isinstance(item, tree.Branch) and item.may_skip:
            opened.out.append(opened.entry)
        self._loose, self._growing = opened.out, False
        self.junction(3 * item.end)
