"""Component timelines unrolled into one: every calling phase gives way to the phases of what it calls.

A *sheet* is one timeline with the calls in it expanded, its phases counted from 0. A timeline that is called ten times
has one sheet and ten `Call`s that say where its phases lie in the flattened timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from solver.flatten.loops import Loops
from solver.flatten.problem import FlatTimeline
from solver.flatten.spans import Span
from solver.wire.manifest import Component, Manifest, Timeline
from solver.wire.units import Phase

LONGEST = 1 << 20
"""The most phases that a flattened timeline may have."""


@dataclass(frozen=True)
class Call:
    """One run of a timeline from its first phase to its last. `beside`: where the other components that are called in
    the same phase run; nobody said in which order, so what is used in this call is kept through theirs as well."""

    start: Phase
    beside: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """`starts[p]` is where phase p of the timeline begins on the sheet; one more entry gives the length."""

    timeline: Timeline
    names: tuple[str, ...]
    loops: tuple[Span, ...]
    barriers: tuple[tuple[Phase, str], ...]
    starts: Sequence[Phase]
    calls: tuple[tuple[str, Call], ...]

    @property
    def length(self) -> int:
        return self.starts[-1]

    @cached_property
    def own_loops(self) -> Loops:
        """The timeline's loops in its own phases."""
        return Loops(self.timeline.loops)


@dataclass(frozen=True)
class Unrolled:
    """The flattened timeline; for each timeline's owner (a component's path, "" for the root) its sheet and calls."""

    flat: FlatTimeline
    sheets: dict[str, Sheet]
    calls: dict[str, tuple[Call, ...]]


def flattened_length(manifest: Manifest) -> int:
    """Phases after expansion, without expanding: cheap even where the answer is astronomic."""
    callees = _callees(manifest)

    def length(owner: str, timeline: Timeline) -> int:
        total = timeline.length
        lengths: dict[Phase, int] = {}
        for child in callees.get(owner, ()):
            one = length(child.path, child.timeline) if child.timeline is not None else 1
            for phase in child.called_in:
                lengths[phase] = lengths.get(phase, 0) + one
        return total + sum(value - 1 for value in lengths.values())

    return length("", manifest.timeline)


def unroll(manifest: Manifest) -> Unrolled:
    """Expand every call. The caller has seen to it that `flattened_length` is within `LONGEST`."""
    callees = _callees(manifest)
    sheets: dict[str, Sheet] = {}
    root = _sheet("", manifest.timeline, callees, sheets)
    calls: dict[str, tuple[Call, ...]] = {"": (Call(0),)}
    for owner in _top_down(callees):
        inside: dict[str, list[Call]] = {}
        for outer in calls[owner]:
            for child, call in sheets[owner].calls:
                beside = tuple((start + outer.start, end + outer.start) for start, end in call.beside)
                inside.setdefault(child, []).append(Call(outer.start + call.start, outer.beside + beside))
        for component in callees[owner]:
            calls[component.path] = tuple(inside.get(component.path, ()))
    scopes: dict[Phase, frozenset[str]] = {}
    for phase, scope in root.barriers:
        scopes[phase] = scopes.get(phase, frozenset()) | {scope}
    flat = FlatTimeline(root.length, root.names, root.loops, dict(sorted(scopes.items())))
    return Unrolled(flat, sheets, calls)


def _callees(manifest: Manifest) -> dict[str, list[Component]]:
    """For each owner of a timeline, the components with a timeline of their own that it calls, as declared."""
    callees: dict[str, list[Component]] = {}
    for component in manifest.components:
        if component.timeline is not None:
            owner = manifest.timeline_owner(component.path.rpartition("/")[0])
            callees.setdefault(owner, []).append(component)
    return callees


def _top_down(callees: dict[str, list[Component]]) -> list[str]:
    order = [""] if "" in callees else []
    for owner in order:
        order.extend(component.path for component in callees[owner] if component.path in callees)
    return order


def _sheet(owner: str, timeline: Timeline, callees: dict[str, list[Component]], sheets: dict[str, Sheet]) -> Sheet:
    names = timeline.names if timeline.names is not None else tuple(map(str, range(timeline.length)))
    barriers = tuple((barrier.before, barrier.scope) for barrier in timeline.barriers)
    called: dict[Phase, list[tuple[str, Sheet]]] = {}
    for component in callees.get(owner, ()):
        if component.timeline is not None:
            child = _sheet(component.path, component.timeline, callees, sheets)
            for phase in component.called_in:
                called.setdefault(phase, []).append((component.path, child))
    if called:
        sheet = _with_calls(timeline, names, barriers, called)
    else:
        sheet = Sheet(timeline, names, timeline.loops, barriers, range(timeline.length + 1), ())
    sheets[owner] = sheet
    return sheet


def _with_calls(
    timeline: Timeline,
    names: tuple[str, ...],
    barriers: tuple[tuple[Phase, str], ...],
    called: dict[Phase, list[tuple[str, Sheet]]],
) -> Sheet:
    widths = [sum(sheet.length for _, sheet in called[p]) if p in called else 1 for p in range(timeline.length)]
    starts = list(accumulate(widths, initial=0))
    flat_names: list[str] = []
    loops = [(starts[start], starts[end]) for start, end in timeline.loops]
    flat_barriers = [(starts[before], scope) for before, scope in barriers]
    calls: list[tuple[str, Call]] = []
    for phase, name in enumerate(names):
        if phase not in called:
            flat_names.append(name)
            continue
        at, end = starts[phase], starts[phase + 1]
        for path, child in called[phase]:
            flat_names.extend(f"{name}/{inner}" for inner in child.names)
            loops.extend((at + first, at + last) for first, last in child.loops)
            flat_barriers.extend((at + before, scope) for before, scope in child.barriers)
            beside = tuple(span for span in ((starts[phase], at), (at + child.length, end)) if span[0] < span[1])
            calls.append((path, Call(at, beside)))
            at += child.length
    loops.sort(key=lambda loop: (loop[0], -loop[1]))
    return Sheet(timeline, tuple(flat_names), tuple(loops), tuple(flat_barriers), starts, tuple(calls))
