"""The ways through a program as a graph. Its nodes are straight stretches, which always run from end to end, and
junctions.

A way is a line of *places*: 3p is where a barrier before phase p stands, 3p + 1 is the phase itself, 3p + 2 is where a
barrier after p stands. A loop that is left by a break at p is left between 3p + 1 and 3p + 2. A node holds the places
`[start, end)`; at a junction both are the same.

Where several components are called in one phase, a way from before the call to after it passes through every one. A way
that starts in one of them need not pass the others. So each is a graph of its own (`bodies`), between the junctions
`before` and `behind`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from warpack.solver.verifier.spans import Span, Spans, covers
from warpack.solver.wire.units import Phase

Place = int
Node = int

NO_GATES: frozenset[Node] = frozenset()


@dataclass(slots=True)
class Beside:
    """Components called in one phase: the junctions before and behind them, and of each body the first and the last
    junction."""

    before: Node
    behind: Node = -1
    bodies: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True)
class Graph:
    """`head` is the junction at the program's start. `beside_at` finds the calls of several components by their
    junctions `before` and `behind`, `beside_of` by the first and last junctions of the bodies."""

    start: list[Place] = field(default_factory=list)
    end: list[Place] = field(default_factory=list)
    following: list[list[Node]] = field(default_factory=list)
    leading: list[list[Node]] = field(default_factory=list)
    beside_at: dict[Node, Beside] = field(default_factory=dict)
    beside_of: dict[Node, Beside] = field(default_factory=dict)
    first_phases: list[Phase] = field(default_factory=list)
    holders: list[Node] = field(default_factory=list)
    """The nodes that hold phases, in program order, and the first phase of each."""
    head: Node = 0
    gates: dict[Node, Span] = field(default_factory=dict)
    """A junction through which every way enters a track, and the phases of the track."""

    def gates_in(self, spans: Spans) -> frozenset[Node]:
        """The gates of tracks that lie in these phases."""
        return frozenset(node for node, (start, _) in self.gates.items() if covers(spans, start)) if spans else NO_GATES

    def phases_of(self, node: Node) -> Span:
        """The phases that a node holds."""
        return (self.start[node] + 1) // 3, (self.end[node] + 1) // 3

    def holding(self, spans: Spans) -> Iterator[tuple[Node, Phase, Phase]]:
        """The nodes that hold a phase of the set, each with the first and last such phase of one span in it."""
        for start, end in spans:
            at = bisect_right(self.first_phases, start) - 1
            while at < len(self.holders) and self.first_phases[at] < end:
                node = self.holders[at]
                first, beyond = self.phases_of(node)
                yield node, max(first, start), min(beyond, end) - 1
                at += 1

    def node_of(self, phase: Phase) -> Node:
        """The node that holds a phase."""
        return self.holders[bisect_right(self.first_phases, phase) - 1]
