"""Builds the graph of the flattened program by one sweep over each timeline's phases and their structures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product
from math import prod
from typing import NamedTuple

from warpack.solver.flatten.graph import Graph, Passing, Standing
from warpack.solver.flatten.groups import Group, aligned
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.spans import NO_PHASES, phases_of
from warpack.solver.flatten.structure import Structure
from warpack.solver.flatten.timeline import TimelineBody, bodies
from warpack.solver.wire.manifest import Manifest, Span, Timeline
from warpack.solver.wire.units import Phase

_MOST_CHOICES = 64


class PlacedTrack(NamedTuple):
    """The phases of a track. `aligned`: every track of its group begins with the first thread of a run."""

    start: Phase
    end: Phase
    aligned: bool


@dataclass(frozen=True)
class Unrolled:
    """`calls[owner]`: where each run of a timeline begins. `loops` are flattened, outer ones before those inside
    them."""

    graph: Graph
    bodies: dict[str, TimelineBody]
    calls: dict[str, tuple[Phase, ...]]
    names: tuple[str, ...]
    loops: tuple[Span, ...]
    groups: tuple[Group, ...]
    tracks: tuple[PlacedTrack, ...]

    @property
    def length(self) -> int:
        return len(self.names)

    @cached_property
    def choices(self) -> tuple[Phases, ...]:
        """For each choice of the tracks that a run can be in, the phases that it never reaches. Where there are very
        many choices, none is considered."""
        same: dict[tuple[str, Phase], list[Group]] = {}
        for group in self.groups:
            if group.kind == "tracks" and group.aligned:
                same.setdefault(group.stated, []).append(group)
        ways = [
            [[span for group in groups for n, span in enumerate(group.members) if n != taken] for taken in range(count)]
            for groups in same.values()
            for count in (len(groups[0].members),)
        ]
        if prod(map(len, ways)) > _MOST_CHOICES:
            return (NO_PHASES,)
        return tuple(phases_of(span for closed in chosen for span in closed) for chosen in product(*ways))

    @property
    def forked(self) -> bool:
        """Whether there are choices other than how often a loop runs."""
        return bool(self.groups or any(self.graph.breaks))


def unroll(manifest: Manifest) -> Unrolled:
    """Expands every call. The caller has made sure that `flattened_length` is within `LONGEST`."""
    return _Builder(manifest, bodies(manifest)).run()


@dataclass
class _Open:
    """A structure whose phases are being laid out: where it is entered anew, and where it is left."""

    structure: Structure
    head: int
    leave: int
    members: list[Span] = field(default_factory=list)


class _Builder:
    def __init__(self, manifest: Manifest, by_owner: dict[str, TimelineBody]) -> None:
        self._launch, self._sheets = manifest.launch, by_owner
        self._graph = Graph()
        self._names: list[str] = [""] * by_owner[""].length
        self._calls: dict[str, list[Phase]] = {owner: [] for owner in by_owner}
        self._loops: list[Span] = []
        self._groups: list[Group] = []
        self._tracks: list[PlacedTrack] = []
        self._standing: dict[int, list[Standing]] = {}

    def run(self) -> Unrolled:
        graph = self._graph
        graph.entry = self._node(0, 0)
        self._lay(self._sheets[""], 0, "", graph.entry, -1, fresh=True)
        graph.barriers = {place: tuple(found) for place, found in sorted(self._standing.items())}
        return Unrolled(
            graph.sealed(),
            self._sheets,
            {owner: tuple(sorted(found)) for owner, found in self._calls.items()},
            tuple(self._names),
            tuple(sorted(self._loops, key=lambda loop: (loop[0], -loop[1]))),
            tuple(self._groups),
            tuple(self._tracks),
        )

    def _node(self, start: Phase, end: Phase) -> int:
        graph = self._graph
        graph.starts.append(start)
        graph.ends.append(end)
        graph.edges.append([])
        graph.breaks.append([])
        return len(graph.starts) - 1

    def _lay(self, body: TimelineBody, base: Phase, prefix: str, at: int, track: int, *, fresh: bool) -> int:
        """Lays out a timeline after node `at`, with its first phase at `base`. Returns the node after which the program
        continues. `fresh` False makes a copy for passing: its phases exist already."""
        graph, timeline = self._graph, body.timeline
        if fresh:
            self._calls[body.owner].append(base)
        stack: list[_Open] = []
        tracks = [track]
        breaks: dict[Phase, list[Structure]] = {}
        marks = _marks(body)
        in_track: list[int] = []
        for first, beyond in pairwise(marks):
            for structure in body.structures.opens.get(first, ()):
                at = self._open(structure, at, stack, body, base)
                if structure.kind == "track":
                    start, end = base + body.starts[structure.start], base + body.starts[structure.end]
                    tracks.append(self._track_at(PlacedTrack(start, end, self._aligned(structure, body)), fresh))
                if structure.loop is not None:
                    for broken in structure.loop.breaks:
                        breaks.setdefault(broken, []).append(structure)
            in_track.append(tracks[-1])
            span = base + body.starts[first], base + body.starts[beyond]
            if first in body.called:
                at = self._call(body, first, span, prefix, at, tracks[-1], fresh)
            else:
                at = self._stretch(at, *span, fresh)
                if fresh:
                    self._names[span[0] : span[1]] = _named(timeline, prefix, first, beyond)
            for structure in breaks.get(beyond - 1, ()):
                graph.breaks[at].append(next(one.leave for one in stack if one.structure is structure))
            while stack and stack[-1].structure.end == beyond:
                closed = stack.pop()
                at = self._close(closed, at, stack, body, base, fresh)
                if closed.structure.kind == "track":
                    tracks.pop()
        if fresh:
            self._stand(body, base, lambda phase: in_track[bisect_right(marks, phase) - 1])
        return at

    def _stretch(self, at: int, start: Phase, end: Phase, fresh: bool) -> int:
        node = self._node(start, end)
        self._graph.edges[at].append(node)
        (self._graph.primary if fresh else self._graph.copies).append(node)
        return node

    def _call(self, body: TimelineBody, phase: Phase, span: Span, prefix: str, at: int, track: int, fresh: bool) -> int:
        """A calling phase of a timeline, with what is called in it."""
        graph, called, name = self._graph, body.called[phase], prefix + body.timeline.phase_name(phase)
        if fresh:
            self._names[span[0]], self._names[span[1] - 1] = f"{name}/enter", f"{name}/exit"
        enter = self._stretch(at, span[0], span[0] + 1, fresh)
        if len(called) == 1:
            inner = self._sheets[called[0]]
            last = self._lay(inner, span[0] + 1, f"{name}/", enter, track, fresh=fresh)
            return self._stretch(last, span[1] - 1, span[1], fresh)
        leave = self._node(span[1] - 1, span[1])
        (graph.primary if fresh else graph.copies).append(leave)
        self._side_by_side(called, span[0] + 1, name, (enter, leave), track, fresh=fresh)
        return leave

    def _side_by_side(
        self, called: tuple[str, ...], start: Phase, name: str, ends: tuple[int, int], track: int, *, fresh: bool
    ) -> None:
        spans, base = [], start
        for path in called:
            spans.append((base, base + self._sheets[path].length))
            base += self._sheets[path].length
        edges = self._graph.edges

        def copy(number: int, behind: int) -> tuple[int, int]:
            """A copy of one of them for passing, after a node: its first and its last node."""
            first = self._node(spans[number][0], spans[number][0])
            edges[behind].append(first)
            inner = self._sheets[called[number]]
            return first, self._lay(inner, spans[number][0], f"{name}/", first, track, fresh=False)

        lasts: list[int] = []
        for number, path in enumerate(called if fresh else ()):
            first = self._node(spans[number][0], spans[number][0])
            lasts.append(self._lay(self._sheets[path], spans[number][0], f"{name}/", first, track, fresh=True))
            edges[lasts[-1]].append(ends[1])
        for number, last in enumerate(lasts):  # from inside one component, perhaps through another that has not run yet
            for other in range(len(called)):
                if other != number:
                    begun, ended = copy(other, last)
                    edges[ended].append(ends[1])
                    self._graph.followers.add(begun)
        through = [copy(number, ends[0]) for number in range(len(called))]
        for number, (_, last) in enumerate(through):
            others = [one for other, one in enumerate(through) if other != number]
            self._graph.calls.append(Passing(last, ends[1], tuple(others)))
            for other in range(len(called)):  # the one after the other
                if other != number:
                    rest = tuple(one for one in others if one != through[other])
                    begun, ended = copy(other, last)
                    self._graph.calls.append(Passing(ended, ends[1], rest))
                    self._graph.followers.add(begun)
        if fresh:
            self._groups.append(Group("calls", tuple(spans)))

    def _open(self, structure: Structure, at: int, stack: list[_Open], body: TimelineBody, base: Phase) -> int:
        graph = self._graph
        if structure.kind in ("arm", "track"):
            at = stack[-1].head
            if structure.kind == "track":
                gate = self._node(0, 0)
                graph.edges[at].append(gate)
                graph.gates[gate] = base + body.starts[structure.start]
                at = gate
            stack.append(_Open(structure, at, stack[-1].leave))
            return at
        head, leave = self._node(0, 0), self._node(0, 0)
        graph.edges[at].append(head)
        loop, branch = structure.loop, structure.branch
        if (loop is not None and not loop.at_least and not loop.endless) or (branch is not None and branch.may_skip):
            graph.edges[at].append(leave)
            if loop is not None:
                graph.skips.add((at, leave))
        stack.append(_Open(structure, head, leave))
        return head

    def _close(self, closed: _Open, at: int, stack: list[_Open], body: TimelineBody, base: Phase, fresh: bool) -> int:
        graph, structure = self._graph, closed.structure
        span = base + body.starts[structure.start], base + body.starts[structure.end]
        if structure.kind in ("arm", "track"):
            graph.edges[at].append(closed.leave)
            stack[-1].members.append(span)
            return closed.leave
        if structure.loop is not None:
            graph.edges[at].append(closed.head)
            if not structure.loop.endless:
                graph.edges[at].append(closed.leave)
            if fresh:
                self._loops.append(span)
        elif fresh and structure.branch is not None:
            self._groups.append(Group("arms", tuple(closed.members), structure.branch.uniform))
        elif fresh:
            whole, stated = self._aligned(structure, body), (body.owner, structure.start)
            self._groups.append(Group("tracks", tuple(closed.members), aligned=whole, stated=stated))
        return closed.leave

    def _aligned(self, structure: Structure, body: TimelineBody) -> bool:
        """Whether all tracks of this track's group, or of this group, begin with the first thread of a run."""
        start, end = structure.start, structure.end
        group = next(one for one in body.timeline.tracks if one[0].start <= start and end <= one[-1].end)
        return aligned(group, self._launch.threads_per_run, self._launch.threads_per_block)

    def _track_at(self, track: PlacedTrack, fresh: bool) -> int:
        if fresh:
            self._tracks.append(track)
            return len(self._tracks) - 1
        return self._tracks.index(track)

    def _stand(self, body: TimelineBody, base: Phase, track_of: Callable[[Phase], int]) -> None:
        for barrier in body.timeline.barriers:
            phase = barrier.phase
            place = 2 * (base + body.starts[phase])
            if barrier.after:
                place = 2 * (base + body.starts[phase + 1] - 1) + 1
            self._standing.setdefault(place, []).append(Standing(barrier, track_of(phase)))


def _marks(body: TimelineBody) -> list[Phase]:
    """The phases at which a straight stretch of a timeline ends: where structures begin and end, after breaks, around
    calls."""
    found = {0, body.timeline.length}
    for opened in body.structures.opens.values():
        for structure in opened:
            found.update((structure.start, structure.end))
            if structure.loop is not None:
                found.update(broken + 1 for broken in structure.loop.breaks)
    for phase in body.called:
        found.update((phase, phase + 1))
    return sorted(found)


def _named(timeline: Timeline, prefix: str, first: Phase, beyond: Phase) -> Sequence[str]:
    names = timeline.names[first:beyond] if timeline.names is not None else tuple(map(str, range(first, beyond)))
    return [prefix + name for name in names] if prefix else names
