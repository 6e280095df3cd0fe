"""Reads a small program way after way: what the verifier derives is held against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from warpack.solver.wire.manifest import (
    Barrier,
    Branch,
    Loop,
    Manifest,
    Timeline,
    Track,
)

Span = tuple[int, int]


Event = tuple[str, int]
"""("phase", p), or ("before", p), ("after", p) where a barrier stands."""


class Left(Exception):
    """A loop is left by a break."""

    def __init__(self, loop: Loop, events: list[Event]) -> None:
        self.loop = loop
        self.events = events


@dataclass
class Reader:
    """Writes one manifest out, and goes ways through it."""

    manifest: Manifest
    random: Random
    most_trips: int = 3
    names: list[str] = field(default_factory=list)
    spans: dict[str, list[dict[int, Span]]] = field(default_factory=dict)
    barriers: dict[Event, list[Barrier]] = field(default_factory=dict)
    tracks_of: dict[int, list[tuple[int, int, Track]]] = field(default_factory=dict)
    """Of each phase the groups of tracks that hold it: which group, which track of it."""
    arms_of: dict[int, list[tuple[int, int, Branch]]] = field(default_factory=dict)
    calls_of: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    groups: dict[int, tuple[Track, ...]] = field(default_factory=dict)
    _serial: int = 0

    def __post_init__(self) -> None:
        self._number("", self.manifest.timeline, ([], [], []))

    def _timeline(self, path: str) -> Timeline:
        found = self.manifest.component_by_path[path].timeline if path else self.manifest.timeline
        assert found is not None
        return found

    def _called(self, path: str, phase: int) -> list[str]:
        return [
            one.path
            for one in self.manifest.components
            if one.timeline is not None
            and phase in one.called_in
            and self.manifest.timeline_owner(one.path.rpartition("/")[0]) == path
        ]

    def _number(self, path: str, timeline: Timeline, around: tuple[list, list, list]) -> None:  # type: ignore[type-arg]  # lists of several kinds
        """Numbers one call; `around`: the tracks, arms and calls of the callers."""
        spans: dict[int, Span] = {}
        serial = self._serial
        self._serial += 1000
        for phase in range(timeline.length):
            tracks, arms, calls = (list(one) for one in around)
            for number, group in enumerate(timeline.tracks):
                self.groups[serial + number] = group
                tracks += [
                    (serial + number, t, track) for t, track in enumerate(group) if track.start <= phase < track.end
                ]
            for number, branch in enumerate(timeline.branches):
                arms += [(serial + number, a, branch) for a, arm in enumerate(branch.arms) if arm[0] <= phase < arm[1]]
            start = len(self.names)
            called = self._called(path, phase)
            for _ in range(1):
                self._put(tracks, arms, calls)
            if called:
                call = 100_000 + len(self.names)
                for child in called:
                    self._number(child, self._timeline(child), (tracks, arms, [*calls, (call, child)]))
                self._put(tracks, arms, calls)
            spans[phase] = (start, len(self.names))
        self.spans.setdefault(path, []).append(spans)
        for barrier in timeline.barriers:
            first, beyond = spans[barrier.phase]
            event = ("after", beyond - 1) if barrier.after else ("before", first)
            self.barriers.setdefault(event, []).append(barrier)

    def _put(self, tracks: list, arms: list, calls: list) -> None:  # type: ignore[type-arg]  # lists of several kinds
        at = len(self.names)
        self.names.append(str(at))
        self.tracks_of[at], self.arms_of[at], self.calls_of[at] = tracks, arms, calls

    def way(self) -> list[Event]:
        """One way from the start to the end."""
        events: list[Event] = []
        self._go("", 0, events)
        return events

    def _go(self, path: str, first: int, events: list[Event]) -> None:
        """One call, whose first phase is `first`."""
        spans = next(one for one in self.spans[path] if one[0][0] == first)
        timeline = self._timeline(path)
        structures: list[tuple[int, int, int, object]] = []
        structures += [(loop.start, -loop.end, 0, loop) for loop in timeline.loops]
        structures += [(branch.span[0], -branch.span[1], 1, branch) for branch in timeline.branches]
        structures += [(group[0].start, -group[-1].end, 1, group) for group in timeline.tracks]
        structures.sort(key=lambda one: one[:3])
        self._run(path, spans, timeline, (0, timeline.length), structures, events)

    def _run(self, path, spans, timeline, span, structures, events) -> None:  # type: ignore[no-untyped-def]  # what `_go` hands down
        at, end = span
        while at < end:
            outer = next((one for one in structures if one[0] == at and -one[1] <= end), None)
            if outer is None:
                self._phase(path, spans, timeline, at, events)
                at += 1
                continue
            inside = [one for one in structures if one is not outer and at <= one[0] and -one[1] <= -outer[1]]
            what = outer[3]
            if isinstance(what, Loop):
                self._loop(path, spans, timeline, what, inside, events)
            else:
                lanes = list(what.arms) if isinstance(what, Branch) else [track.span for track in what]  # type: ignore[attr-defined]  # else a list of tracks
                if not (isinstance(what, Branch) and what.may_skip and self.random.random() < 0.4):
                    self._run(path, spans, timeline, self.random.choice(lanes), inside, events)
            at = -outer[1]

    def _loop(self, path, spans, timeline, loop, inside, events) -> None:  # type: ignore[no-untyped-def]  # what `_go` hands down
        trips = self.random.randint(loop.at_least, self.most_trips)
        try:
            while trips > 0 or loop.endless:
                self._run(path, spans, timeline, loop.span, inside, events)
                trips -= 1
                if len(events) > 400:
                    raise OverflowError
        except Left as left:
            if left.loop is not loop:
                raise

    def _phase(self, path, spans, timeline, phase, events) -> None:  # type: ignore[no-untyped-def]  # what `_go` hands down
        first, beyond = spans[phase]
        if ("before", first) in self.barriers:
            events.append(("before", first))
        events.append(("phase", first))
        called = self._called(path, phase)
        if called:
            at, starts = first + 1, {}
            for child in called:
                starts[child] = at
                at = max(span[1] for one in self.spans[child] if one[0][0] == at for span in one.values())
            for child in self.random.sample(called, len(called)):
                self._go(child, starts[child], events)
            events.append(("phase", beyond - 1))
        left = [loop for loop in timeline.loops if phase in loop.breaks and loop.start <= phase < loop.end]
        if left and self.random.random() < 0.4:
            raise Left(self.random.choice(left), events)
        if ("after", beyond - 1) in self.barriers:
            events.append(("after", beyond - 1))

    def ways(self, count: int) -> Iterator[list[Event]]:
        for _ in range(count):
            try:
                yield self.way()
            except OverflowError:
                continue
