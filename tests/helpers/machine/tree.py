"""The program of SEMANTICS section 1 as a tree of nodes over flattened phases, built from a Manifest's dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field

from warpack.solver.wire.manifest import Barrier, Branch, Loop, Manifest, Timeline, Track

Instance = tuple[tuple[int, str], ...]
"""One run-through of a timeline: the calls that lead to it, each the calling phase's enter and the component's path."""

TrackKey = tuple[str, int, int]
"""A track: the path whose timeline has it, the number of its group there, and its number in the group. The same threads
run it in every call."""


@dataclass(frozen=True)
class Wait:
    """A barrier on the way: its scope, whether it has a proxy fence, the timeline it stands in, and the track around
    it."""

    scope: str
    fence: bool
    instance: Instance
    track: TrackKey | None


@dataclass(frozen=True)
class Step:
    """One phase of a timeline with its barriers. `enter` and `exit` are the same flattened phase, but for a call: there
    `callees` run in between. `leaves`: ids of the loops that may be left right after it."""

    before: tuple[Wait, ...]
    enter: int
    exit: int
    callees: tuple[Sequence, ...]
    leaves: tuple[int, ...]
    after: tuple[Wait, ...]


@dataclass(frozen=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    ident: int
    body: Sequence
    at_least: int
    endless: bool


@dataclass(frozen=True)
class Choice:
    ident: int
    arms: tuple[Sequence, ...]
    may_skip: bool
    uniform: str | None


@dataclass(frozen=True)
class Together:
    """The tracks of one group, each with its key and its number of threads (None: the rest)."""

    ident: int
    tracks: tuple[tuple[TrackKey, int | None, Sequence], ...]


Node = Step | Repeat | Choice | Together


@dataclass
class Program:
    """`spans[owner]` has for every call of a timeline a list, by its own phases, of the flattened phases each stands
    for."""

    root: Sequence = field(default_factory=lambda: Sequence(()))
    names: list[str] = field(default_factory=list)
    instance_of: list[Instance] = field(default_factory=list)
    track_of: list[TrackKey | None] = field(default_factory=list)
    spans: dict[str, list[list[range]]] = field(default_factory=dict)
    idents: int = 0

    def fresh(self) -> int:
        self.idents += 1
        return self.idents

    def phase(self, name: str, instance: Instance, track: TrackKey | None) -> int:
        self.names.append(name)
        self.instance_of.append(instance)
        self.track_of.append(track)
        return len(self.names) - 1


def program_of(manifest: Manifest) -> Program:
    """The whole kernel's program, every call written out."""
    program = Program()
    program.root = _Builder(manifest, program, "", manifest.timeline, (), "", None).sequence()
    return program


Structure = Loop | Branch | tuple[Track, ...]


def _span(structure: Structure) -> tuple[int, int]:
    return (structure[0].start, structure[-1].end) if isinstance(structure, tuple) else structure.span


def _order(structure: Structure) -> tuple[int, int, int]:
    """Outer ones first. Over the very same span a loop is outside, but inside a track that stands alone."""
    start, end = _span(structure)
    rank = 1 if isinstance(structure, Loop) else 0 if isinstance(structure, tuple) and len(structure) == 1 else 2
    return start, -end, rank


class _Builder:
    """Builds the tree of one call of one timeline; flattened numbers are given out in program order."""

    def __init__(
        self,
        manifest: Manifest,
        program: Program,
        owner: str,
        timeline: Timeline,
        instance: Instance,
        prefix: str,
        track: TrackKey | None,
    ) -> None:
        self.manifest, self.program, self.owner, self.timeline = manifest, program, owner, timeline
        self.instance, self.prefix, self.track = instance, prefix, track
        self.structures: list[Structure] = [*timeline.loops, *timeline.branches, *timeline.tracks]
        self.structures.sort(key=_order)
        self.leaves: dict[int, list[int]] = {}
        self.here: list[range] = []

    def sequence(self) -> Sequence:
        self.program.spans.setdefault(self.owner, []).append(self.here)
        return self._parse(0, self.timeline.length, list(self.structures))

    def _parse(self, start: int, end: int, structures: list[Structure]) -> Sequence:
        items: list[Node] = []
        phase = start
        while phase < end:
            if structures and _span(structures[0])[0] == phase:
                outer = structures.pop(0)
                stop = _span(outer)[1]
                inside = [inner for inner in structures if phase <= _span(inner)[0] and _span(inner)[1] <= stop]
                structures = structures[len(inside) :]
                items.append(self._structure(outer, inside))
                phase = stop
            else:
                items.append(self._step(phase))
                phase += 1
        return Sequence(tuple(items))

    def _structure(self, outer: Structure, inside: list[Structure]) -> Node:
        ident = self.program.fresh()
        if isinstance(outer, Loop):
            for phase in outer.breaks:
                self.leaves.setdefault(phase, []).append(ident)
            return Repeat(ident, self._parse(outer.start, outer.end, inside), outer.at_least, outer.endless)
        if isinstance(outer, Branch):
            arms = tuple(self._parse(*arm, _within(arm, inside)) for arm in outer.arms)
            return Choice(ident, arms, outer.may_skip, outer.uniform)
        return self._tracks(ident, outer, inside)

    def _tracks(self, ident: int, group: tuple[Track, ...], inside: list[Structure]) -> Together:
        around, tracks = self.track, []
        for number, track in enumerate(group):
            self.track = (self.owner, self.timeline.tracks.index(group), number)
            body = self._parse(*track.span, _within(track.span, inside))
            tracks.append((self.track, track.threads, body))
        self.track = around
        return Together(ident, tuple(tracks))

    def _step(self, phase: int) -> Step:
        name = self.prefix + self.timeline.phase_name(phase)
        callees = [
            component
            for component in self.manifest.components
            if component.timeline is not None
            and phase in component.called_in
            and component.path
            and self.manifest.timeline_owner(component.path.rpartition("/")[0]) == self.owner
        ]
        enter = leave = self.program.phase(f"{name}/enter" if callees else name, self.instance, self.track)
        called = []
        for component in callees:
            assert component.timeline is not None
            instance = (*self.instance, (enter, component.path))
            called.append(
                _Builder(
                    self.manifest, self.program, component.path, component.timeline, instance, f"{name}/", self.track
                ).sequence()
            )
        if callees:
            leave = self.program.phase(f"{name}/exit", self.instance, self.track)
        self.here.append(range(enter, leave + 1))
        return Step(
            self._waits(phase, False),
            enter,
            leave,
            tuple(called),
            tuple(self.leaves.get(phase, ())),
            self._waits(phase, True),
        )

    def _waits(self, phase: int, after: bool) -> tuple[Wait, ...]:
        def wait(barrier: Barrier) -> Wait:
            return Wait(barrier.scope, barrier.proxy_fence, self.instance, self.track)

        return tuple(wait(each) for each in self.timeline.barriers if each.phase == phase and each.after == after)


def _within(span: tuple[int, int], structures: list[Structure]) -> list[Structure]:
    return [inner for inner in structures if span[0] <= _span(inner)[0] and _span(inner)[1] <= span[1]]
