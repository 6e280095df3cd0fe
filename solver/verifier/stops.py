"""What ends a walk: phases of a set, barriers, or any phase."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from warpack.solver.verifier.graph import Graph, Node, Place
from warpack.solver.verifier.spans import Spans

NEVER = 1 << 62


class Stops(Protocol):
    """Places that end a walk."""

    def next(self, place: Place) -> Place:
        """The first such place that is not before `place`; NEVER if there is none."""

    def last(self, place: Place) -> Place:
        """The last such place before `place`; -1 if there is none."""

    def holders(self, graph: Graph) -> frozenset[Node] | None:
        """The nodes that hold such places; None where any node may."""


class AtPhases:
    """Stops at the phases of a set."""

    __slots__ = ("_ends", "_spans", "_starts")

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def next(self, place: Place) -> Place:
        phase = (place + 1) // 3
        at = bisect_right(self._ends, phase)
        return 3 * max(phase, self._starts[at]) + 1 if at < len(self._starts) else NEVER

    def last(self, place: Place) -> Place:
        phase = (place + 1) // 3 - 1  # the last phase whose place is before this one
        at = bisect_right(self._starts, phase) - 1
        return 3 * min(phase, self._ends[at] - 1) + 1 if at >= 0 else -1

    def holders(self, graph: Graph) -> frozenset[Node] | None:
        return frozenset(node for node, *_ in graph.holding(self._spans))


@dataclass(frozen=True, slots=True)
class AtPlaces:
    """Stops at barriers; `places` sorted."""

    places: Sequence[Place]

    def next(self, place: Place) -> Place:
        at = bisect_left(self.places, place)
        return self.places[at] if at < len(self.places) else NEVER

    def last(self, place: Place) -> Place:
        at = bisect_left(self.places, place) - 1
        return self.places[at] if at >= 0 else -1

    def holders(self, graph: Graph) -> frozenset[Node] | None:
        return None if self.places else frozenset()


@dataclass(frozen=True, slots=True)
class AtNextPhase:
    """Stops at barriers, and at every phase."""

    barriers: Stops

    def next(self, place: Place) -> Place:
        return min(3 * ((place + 1) // 3) + 1, self.barriers.next(place))

    def last(self, place: Place) -> Place:
        return max(3 * ((place + 1) // 3 - 1) + 1, self.barriers.last(place))

    def holders(self, graph: Graph) -> frozenset[Node] | None:
        return None


NOWHERE = AtPlaces(())
