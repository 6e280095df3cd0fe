"""The flattened program as a graph of straight stretches, and where its barriers stand.

A *node* is a stretch of flattened phases `[start, end)` that run one after the other, or a joint without phases (start
== end). Places where barriers stand are counted in halves: 2p is just before phase p, 2p + 1 just after it.

Several components that are called in one phase run in any order. A way that passes the whole call passes each of them.
So each is in the graph more than once: *fresh* for ways that start inside it, and as copies for ways that pass it. A
way leaves such a copy only where all the other components can be passed as well. Whether they can depends on the
question asked (`Passing`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from warpack.solver.wire.manifest import Barrier, Span
from warpack.solver.wire.units import Phase

Place = int
"""A place where a barrier may stand: 2p just before phase p, 2p + 1 just after it."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A copy that ends with node `last` leads on to node `leave` where every one of `companions` can be passed: copies
    of what is called beside it, each by its first and its last node."""

    last: int
    leave: int
    companions: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A barrier of the flattened program. `track`: number of the innermost track it stands in, -1 outside."""

    barrier: Barrier
    track: int


@dataclass
class Graph:
    """`edges[n]` leave node n after the barriers that stand after its last phase, `breaks[n]` before them. `primary`:
    the nodes of phases, by their start, without the copies for passing. `calls` innermost first. `skips`: the edges
    that skip a loop. `followers`: the first nodes of copies that come after another component of the same call.
    `gates`: the joints through which every way enters a track, with the track's first phase."""

    starts: list[Phase] = field(default_factory=list)
    ends: list[Phase] = field(default_factory=list)
    edges: list[list[int]] = field(default_factory=list)
    breaks: list[list[int]] = field(default_factory=list)
    primary: list[int] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    calls: list[Passing] = field(default_factory=list)
    skips: set[tuple[int, int]] = field(default_factory=set)
    barriers: dict[Place, tuple[Standing, ...]] = field(default_factory=dict)
    gates: dict[int, Phase] = field(default_factory=dict)
    followers: set[int] = field(default_factory=set)
    entry: int = 0

    def __len__(self) -> int:
        return len(self.starts)

    def node_of(self, phase: Phase) -> int:
        """The primary node of a phase."""
        return self.primary[bisect_right(self._primary_starts, phase) - 1]

    def nodes_in(self, start: Phase, end: Phase) -> Iterator[int]:
        """The primary nodes that hold phases of `[start, end)`, in order."""
        at = bisect_right(self._primary_starts, start) - 1
        while at < len(self.primary) and self._primary_starts[at] < end:
            yield self.primary[at]
            at += 1

    def sealed(self) -> Graph:
        """Called once all nodes exist."""
        self.primary.sort(key=self.starts.__getitem__)
        self._primary_starts = [self.starts[node] for node in self.primary]
        return self

    @property
    def straight(self) -> bool:
        """Whether the program is one stretch of phases."""
        return len(self.primary) <= 1 and not self.edges[self.primary[0]] and not self.breaks[self.primary[0]]

    def covering(self, covers: Callable[[Standing], bool]) -> list[Place]:
        """The places of barriers for which `covers` is true, sorted."""
        return sorted(place for place, standing in self.barriers.items() if any(map(covers, standing)))


def passing_edges(
    calls: Iterable[Passing], add: Callable[[int, int], None], passes: Callable[[int, int], bool]
) -> None:
    """Adds the edges out of copies for passing. `passes` says whether a copy, given by its first and last node, can be
    passed, once the calls inside it have their edges."""
    for call in calls:
        if all(passes(*ends) for ends in call.companions):
            add(call.last, call.leave)


def leads(edges: Sequence[Sequence[int]], first: int, last: int, closed: Callable[[int], bool]) -> bool:
    """Whether a way leads from one node to another without running through a node that is closed."""
    if closed(first):
        return False
    seen, waiting = {first}, [first]
    while waiting:
        node = waiting.pop()
        if node == last:
            return True
        for target in edges[node]:
            if target not in seen and not closed(target):
                seen.add(target)
                waiting.append(target)
    return False


def first_at(places: list[Place], place: Place, beyond: Place) -> Place | None:
    """The first of sorted places in [place, beyond)."""
    index = bisect_left(places, place)
    return places[index] if index < len(places) and places[index] < beyond else None


def pieces_in(spans: tuple[Span, ...], start: Phase, end: Phase) -> list[Span]:
    """The parts of sorted, disjoint spans that lie in `[start, end)`."""
    at = bisect_right(spans, start, key=lambda span: span[1])
    found = []
    while at < len(spans) and spans[at][0] < end:
        found.append((max(start, spans[at][0]), min(end, spans[at][1])))
        at += 1
    return found
