"""One program from many timelines: every call of a component's own timeline is expanded in the caller's timeline.

A calling phase becomes a phase `enter`, all phases of what it calls in the order of declaration, and a phase `exit`.
Where several components are called in one phase, that order means nothing: they run in any order, and interleaved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from warpack.solver.verifier import tree
from warpack.solver.verifier.nesting import Calling, Closing, Opening, Step, Stretch, steps_of
from warpack.solver.verifier.spans import Span
from warpack.solver.wire.manifest import BarrierScope, Branch, Loop, Manifest, Timeline
from warpack.solver.wire.units import Phase


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a timeline: its phase p became the program's phases `[starts[p], starts[p + 1])`."""

    starts: Sequence[Phase]

    def span(self, start: Phase, end: Phase) -> Span:
        """The program's phases for the timeline's phases `[start, end)`."""
        return self.starts[start], self.starts[end]


class Fence(NamedTuple):
    """A barrier of the flattened program, each time just before or just after `phase`."""

    phase: Phase
    after: bool
    scope: BarrierScope
    proxy_fence: bool


@dataclass(frozen=True, slots=True)
class Program:
    """The whole kernel. `calls` maps the path of a timeline's owner ("" for the root) to its runs, in program order."""

    length: int
    phase_names: tuple[str, ...]
    body: tree.Sequence
    fences: tuple[Fence, ...]
    calls: dict[str, tuple[Call, ...]]


@dataclass(frozen=True, slots=True)
class _Clock:
    """A timeline with what is called in each of its phases."""

    path: str
    timeline: Timeline
    called: dict[Phase, list[str]]
    steps: list[Step]


@dataclass(slots=True)
class _Run:
    """A timeline that is being expanded: where each of its phases began so far, and the steps that are left."""

    clock: _Clock
    prefix: str
    starts: list[Phase]
    left: Iterator[Step]
    waiting: list[str] = field(default_factory=list)
    open_calls: int = 0


@dataclass(slots=True)
class _Frame:
    """An open structure: its finished sequences, with their spans, and the one that grows."""

    of: Opening | tuple[str, ...] | None
    start: Phase
    ended: list[tree.Sequence] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    items: list[tree.Item] = field(default_factory=list)
    at: Phase = 0


def write_out(manifest: Manifest) -> Program:
    """Expands every call of `manifest`, whose timelines must be valid (a loaded manifest's are)."""
    return _Writer(_clocks(manifest)).write()


def _clocks(manifest: Manifest) -> dict[str, _Clock]:
    timelines: dict[str, Timeline] = {"": manifest.timeline}
    called: dict[str, dict[Phase, list[str]]] = defaultdict(lambda: defaultdict(list))
    for component in manifest.components:
        if component.timeline is not None and component.path:
            timelines[component.path] = component.timeline
            caller = manifest.timeline_owner(component.path.rpartition("/")[0])
            for phase in sorted(set(component.called_in)):
                called[caller][phase].append(component.path)
    return {
        path: _Clock(path, timeline, called[path], steps_of(timeline, called[path]))
        for path, timeline in timelines.items()
    }


class _Writer:
    """Writes the program out, phase by phase; `_frames` are the structures open now, `_runs` the calls."""

    def __init__(self, clocks: dict[str, _Clock]) -> None:
        self._clocks = clocks
        self._at: Phase = 0
        self._names: list[str] = []
        self._fences: list[Fence] = []
        self._calls: dict[str, list[Call]] = {path: [] for path in clocks}
        self._frames: list[_Frame] = [_Frame(None, 0)]
        self._runs: list[_Run] = []

    def write(self) -> Program:
        self._start("", "")
        while self._runs:
            self._go_on(self._runs[-1])
        return Program(
            length=self._at,
            phase_names=tuple(self._names),
            body=tuple(self._frames[0].items),
            fences=tuple(self._fences),
            calls={path: tuple(sorted(runs, key=lambda run: run.starts[0])) for path, runs in self._calls.items()},
        )

    def _start(self, path: str, prefix: str) -> None:
        clock = self._clocks[path]
        self._runs.append(_Run(clock, prefix, [], iter(clock.steps)))

    def _go_on(self, run: _Run) -> None:
        if run.waiting:
            self._frames[-1].at = self._at
            self._start(run.waiting.pop(0), f"{run.prefix}{run.clock.timeline.phase_name(len(run.starts) - 1)}/")
            return
        if run.open_calls:
            run.open_calls = 0
            self._phase(f"{run.prefix}{run.clock.timeline.phase_name(len(run.starts) - 1)}/exit")
            self._close(run)
        step = next(run.left, None)
        if step is None:
            self._finish(run)
        elif isinstance(step, Stretch):
            self._stretch(run, step)
        elif isinstance(step, Calling):
            paths = run.clock.called[step.phase]
            run.starts.append(self._at)
            self._frames.append(_Frame(tuple(paths), self._at))
            self._phase(f"{run.prefix}{run.clock.timeline.phase_name(step.phase)}/enter")
            run.waiting, run.open_calls = list(paths), 1
        elif isinstance(step, Opening):
            if step.lane is None:
                self._frames.append(_Frame(step, self._at))
            else:
                self._frames[-1].at = self._at
        else:
            self._end(run, step)

    def _phase(self, name: str) -> None:
        self._names.append(name)
        self._at += 1

    def _stretch(self, run: _Run, step: Stretch) -> None:
        count, names = step.end - step.start, run.clock.timeline.names
        run.starts.extend(range(self._at, self._at + count))
        wanted = names[step.start : step.end] if names is not None else map(str, range(step.start, step.end))
        self._names.extend(map(run.prefix.__add__, wanted) if run.prefix else wanted)
        self._frames[-1].items.append(tree.Phases(self._at, self._at + count))
        self._at += count

    def _end(self, run: _Run, _: Closing) -> None:
        """A loop ends, or a lane of an open structure, or, after its last lane, the structure itself."""
        frame = self._frames[-1]
        if isinstance(frame.of, Opening) and not isinstance(frame.of.structure, Loop):
            lanes = frame.of.structure.arms if isinstance(frame.of.structure, Branch) else frame.of.structure
            if len(frame.ended) < len(lanes):
                self._end_lane(frame)
                return
        self._close(run)

    def _end_lane(self, frame: _Frame) -> None:
        frame.ended.append(tuple(frame.items))
        frame.spans.append((frame.at, self._at))
        frame.items.clear()

    def _close(self, run: _Run) -> None:
        frame = self._frames.pop()
        self._frames[-1].items.append(_item(frame, self._at, run.starts, run.clock.path))

    def _finish(self, run: _Run) -> None:
        self._runs.pop()
        run.starts.append(self._at)
        starts: Sequence[Phase] = run.starts
        if len(starts) == 1 + starts[-1] - starts[0]:  # nothing is called in it
            starts = range(starts[0], starts[-1] + 1)
        self._calls[run.clock.path].append(Call(starts))
        self._fences += [
            Fence(starts[one.phase + 1] - 1 if one.after else starts[one.phase], one.after, one.scope, one.proxy_fence)
            for one in run.clock.timeline.barriers
        ]
        if self._runs:
            self._end_lane(self._frames[-1])


def _item(frame: _Frame, end: Phase, starts: Sequence[Phase], path: str) -> tree.Item:
    opening = frame.of
    lanes, spans = tuple(frame.ended), tuple(frame.spans)
    if not isinstance(opening, Opening):
        return tree.Call(frame.start, end, opening or (), lanes, spans)
    structure = opening.structure
    if isinstance(structure, Loop):
        breaks = tuple((starts[p + 1] if p + 1 < len(starts) else end) - 1 for p in structure.breaks)
        at_least = 1 if structure.endless else structure.at_least
        return tree.Loop(frame.start, end, tuple(frame.items), at_least, breaks, structure.endless)
    if isinstance(structure, Branch):
        return tree.Branch(frame.start, end, lanes, spans, structure.may_skip, structure.uniform)
    names, threads = tuple(track.name for track in structure), tuple(track.threads for track in structure)
    return tree.Tracks(frame.start, end, lanes, spans, names, threads, (path, structure[0].start))
