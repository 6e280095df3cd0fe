"""Component timelines unrolled into one program: every calling phase becomes `enter`, what is called in it, and `exit`.

A `TimelineBody` is one timeline with its structures. A timeline that is called ten times has one body and ten `Call`s,
which say where its phases lie in the flattened program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from warpack.solver.flatten.structure import Structures, structures
from warpack.solver.wire.manifest import Component, Manifest, Timeline
from warpack.solver.wire.units import Phase

LONGEST = 1 << 20
"""The most phases that a flattened timeline may have."""


@dataclass(frozen=True)
class TimelineBody:
    """`starts[p]` is where phase p of the timeline begins, counted from the start of the timeline; one more entry gives
    the length. `called[p]`: the owners of the timelines that are called in p, in the order of declaration."""

    owner: str
    timeline: Timeline
    structures: Structures
    starts: Sequence[Phase]
    called: dict[Phase, tuple[str, ...]]

    @property
    def length(self) -> int:
        return self.starts[-1]


def flattened_length(manifest: Manifest) -> int:
    """The number of phases after expansion, without expanding: cheap even where it is astronomic."""
    callees = _callees(manifest)

    def length(owner: str, timeline: Timeline) -> int:
        total, calling = timeline.length, set[Phase]()
        for child in callees.get(owner, ()):
            if child.timeline is not None:
                total += length(child.path, child.timeline) * len(child.called_in)
                calling.update(child.called_in)
        return total + len(calling)

    return length("", manifest.timeline)


def bodies(manifest: Manifest) -> dict[str, TimelineBody]:
    """The body of every timeline by the path of its owner ("" for the root), callees before their callers."""
    callees = _callees(manifest)
    found: dict[str, TimelineBody] = {}

    def add(owner: str, timeline: Timeline) -> TimelineBody:
        called: dict[Phase, list[str]] = {}
        for component in callees.get(owner, ()):
            if component.timeline is not None:
                add(component.path, component.timeline)
                for phase in component.called_in:
                    called.setdefault(phase, []).append(component.path)
        starts: Sequence[Phase] = range(timeline.length + 1)
        if called:
            widths = [
                2 + sum(found[path].length for path in called[phase]) if phase in called else 1
                for phase in range(timeline.length)
            ]
            starts = list(accumulate(widths, initial=0))
        paths = {phase: tuple(children) for phase, children in called.items()}
        body = found[owner] = TimelineBody(owner, timeline, structures(timeline), starts, paths)
        return body

    add("", manifest.timeline)
    return found


def _callees(manifest: Manifest) -> dict[str, list[Component]]:
    """For each owner of a timeline, the components with a timeline of their own that it calls, as declared."""
    callees: dict[str, list[Component]] = {}
    for component in manifest.components:
        if component.timeline is not None:
            owner = manifest.timeline_owner(component.path.rpartition("/")[0])
            callees.setdefault(owner, []).append(component)
    return callees
