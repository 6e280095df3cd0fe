"""The structures of one timeline as a tree: which loops, arms and tracks hold a phase, innermost first.

Building takes one pass over the sorted spans; the innermost structure of a phase and the innermost one that holds two
phases are found in logarithmic time, however deeply structures are nested.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from warpack.solver.reading.collector import some, spelled
from warpack.solver.wire.manifest import Span
from warpack.solver.wire.units import Phase

Kind = Literal["program", "loop", "branch", "arm", "tracks", "track"]

ONE_THREAD, RUN, BLOCK = 0, 1, 2
"""How many threads choose an arm together, or wait at a barrier; a track lies between a run and the block."""


class Structure(NamedTuple):
    """A span as it was read. Among equal spans the one with the lower `rank` lies outside, then the one listed first.
    `written`: the user's name for it, that is the span or a track's name; for a branch or a group of tracks a list of
    these. `together`: how many threads choose the arm together."""

    span: Span
    rank: int
    kind: Kind
    pointer: str
    written: Any
    together: int = BLOCK

    @property
    def shown(self) -> str:
        if self.kind in ("branch", "tracks"):
            return some(map(spelled, self.written))
        return spelled(self.written)


class Node:
    """A structure in the tree. `loop`, `arm` and `track` are the innermost ones that are this node or hold it, `choice`
    is the innermost arm beside which there are others; `together` is the least of all arms that it lies in. `children`:
    arms of a branch."""

    __slots__ = (
        *("structure", "start", "end", "parent", "depth", "jump"),
        *("loop", "arm", "choice", "track", "together", "children"),
    )

    def __init__(self, structure: Structure, parent: Node | None) -> None:
        kind = structure.kind
        self.structure = structure
        self.start, self.end = structure.span
        self.parent = parent
        self.jump: Node = self
        self.depth, self.together = 0, structure.together
        self.loop: Node | None = None
        self.arm: Node | None = None
        self.choice: Node | None = None
        self.track: Node | None = None
        self.children: list[Node] | None = [] if kind == "branch" else None
        if parent is not None:
            self.depth = parent.depth + 1
            far = parent.jump
            # skip pointers of growing length: the way up takes logarithmic time
            self.jump = far.jump if parent.depth - far.depth == far.depth - far.jump.depth else parent
            self.together = min(parent.together, structure.together)
            self.loop, self.arm, self.choice, self.track = parent.loop, parent.arm, parent.choice, parent.track
        if kind == "loop":
            self.loop = self
        elif kind == "track":
            self.track = self
        elif kind == "arm" and parent is not None and parent.children is not None:
            self.arm = self
            parent.children.append(self)
            if structure.span != parent.structure.span:
                self.choice = self

    def holds(self, phase: Phase) -> bool:
        return self.start <= phase < self.end


class Tree:
    """`structures` must be properly nested (`warpack.solver.reading.nesting`)."""

    def __init__(self, length: int, structures: Iterable[Structure] = ()) -> None:
        self.program = Node(Structure((0, length), -1, "program", "", [0, length]), None)
        self.nodes: list[Node] = []
        self._from: list[Phase] = [0]
        self._inside: list[Node] = [self.program]
        at = self.program
        for structure in sorted(structures, key=lambda one: (one.span[0], -one.span[1], one.rank)):
            while at.end <= structure.span[0] and at.parent is not None:
                self._turn(at.end, at.parent)
                at = at.parent
            at = Node(structure, at)
            self.nodes.append(at)
            self._turn(at.start, at)
        while at.parent is not None:
            self._turn(at.end, at.parent)
            at = at.parent

    def _turn(self, phase: Phase, node: Node) -> None:
        """The node is the innermost from this phase on."""
        if self._from[-1] == phase:
            self._inside[-1] = node
        else:
            self._from.append(phase)
            self._inside.append(node)

    def __bool__(self) -> bool:
        return bool(self.nodes)

    def innermost(self, phase: Phase) -> Node:
        """The innermost structure that holds the phase."""
        return self._inside[bisect_right(self._from, phase) - 1]

    def holder(self, first: Phase, second: Phase) -> Node:
        """The innermost structure that holds both phases."""
        node = self.innermost(first)
        while not node.holds(second) and node.parent is not None:
            node = node.parent if node.jump.holds(second) else node.jump
        return node

    def loop_round(self, first: Phase, last: Phase) -> Node | None:
        """The innermost loop that holds both phases: an interval that starts at `first` and ends at `last` on the next
        trip wraps round it."""
        return self.holder(first, last).loop
