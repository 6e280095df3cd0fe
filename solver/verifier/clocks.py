"""One program from many timelines: every call of a component's own timeline written out in its caller's place.

A calling phase becomes the phases of what it calls; a barrier before it stands before the first of them. Where several
components are called in one phase their sections follow one another in the order of declaration, and each call
remembers the sections of the others: the author has not said which runs first, or whether they interleave.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from solver.verifier.spans import Span
from solver.wire.manifest import Manifest, Timeline
from solver.wire.units import Phase


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a timeline. `spans[p]`: the program's phases that its own phase p became. `rivals`: the sections of
    components that are called in the same phase as this one, or as one of its callers."""

    spans: tuple[Span, ...]
    rivals: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """The whole kernel in program order. `calls` maps the path of a timeline's owner ("" for the root) to its runs;
    `barriers` maps a phase to the scopes of the barriers directly before it. Loops are sorted, outer before inner."""

    length: int
    phase_names: tuple[str, ...]
    loops: tuple[Span, ...]
    barriers: dict[Phase, frozenset[str]]
    calls: dict[str, tuple[Call, ...]]


def write_out(manifest: Manifest) -> Program:
    """Expands every call of `manifest`, whose timelines must be valid (a loaded manifest's are)."""
    timelines: dict[str, Timeline] = {"": manifest.timeline}
    called: dict[str, dict[Phase, list[str]]] = defaultdict(lambda: defaultdict(list))
    for component in manifest.components:
        if component.timeline is not None and component.path:
            timelines[component.path] = component.timeline
            caller = manifest.timeline_owner(component.path.rpartition("/")[0])
            for phase in sorted(set(component.called_in)):
                called[caller][phase].append(component.path)

    lengths: dict[str, int] = {}
    for path in sorted(timelines, key=lambda path: -path.count("/") if path else 1):
        calls_within = called[path]
        within = sum(lengths[child] for children in calls_within.values() for child in children)
        lengths[path] = timelines[path].length - len(calls_within) + within

    names: list[str] = [""] * lengths[""]
    loops: set[Span] = set()
    barriers: dict[Phase, set[str]] = defaultdict(set)
    calls: dict[str, list[Call]] = {path: [] for path in timelines}
    waiting: list[tuple[str, Phase, str, tuple[Span, ...]]] = [("", 0, "", ())]
    while waiting:
        path, position, prefix, rivals = waiting.pop()
        timeline, calls_within = timelines[path], called[path]
        spans: list[Span] = []
        for phase in range(timeline.length):
            first, name = position, prefix + timeline.phase_name(phase)
            children = calls_within.get(phase)
            if children is None:
                names[position] = name
                position += 1
            else:
                sections: list[Span] = []
                for child in children:
                    sections.append((position, position + lengths[child]))
                    position += lengths[child]
                for child, section in zip(children, sections, strict=True):
                    others = tuple(other for other in sections if other != section)
                    waiting.append((child, section[0], f"{name}/", rivals + others))
            spans.append((first, position))
        loops.update((spans[start][0], spans[end - 1][1]) for start, end in timeline.loops)
        for barrier in timeline.barriers:
            barriers[spans[barrier.before][0]].add(barrier.scope)
        calls[path].append(Call(tuple(spans), rivals))

    return Program(
        length=lengths[""],
        phase_names=tuple(names),
        loops=tuple(sorted(loops, key=lambda loop: (loop[0], -loop[1]))),
        barriers={phase: frozenset(scopes) for phase, scopes in sorted(barriers.items())},
        calls={path: tuple(sorted(runs, key=lambda call: call.spans[0])) for path, runs in calls.items()},
    )
