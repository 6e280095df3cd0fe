"""How the structures of one timeline nest: the order in which they open and close along its phases."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from warpack.solver.wire.manifest import Branch, Loop, Span, Timeline, Track
from warpack.solver.wire.units import Phase

Structure = Loop | Branch | tuple[Track, ...]


class Opening(NamedTuple):
    """A structure, or one `lane` of it (an arm or a track), begins."""

    structure: Structure
    lane: int | None = None


class Closing(NamedTuple):
    """The innermost open structure or lane ends."""


class Stretch(NamedTuple):
    """The plain phases `[start, end)` of the timeline; `broken`: loops may be left right after the last."""

    start: Phase
    end: Phase


class Calling(NamedTuple):
    """The phase calls components."""

    phase: Phase


Step = Opening | Closing | Stretch | Calling


def steps_of(timeline: Timeline, calling: Collection[Phase]) -> list[Step]:
    """The timeline from its first phase to its last, as structures that open and close in nested order."""
    spans = sorted(_spans(timeline), key=lambda one: one[:4])
    cuts = {0, timeline.length}
    for start, minus_end, *_ in spans:
        cuts |= {start, -minus_end}
    for phase in calling:
        cuts |= {phase, phase + 1}
    for loop in timeline.loops:
        cuts |= {phase + 1 for phase in loop.breaks}
    places = sorted(cuts)
    steps: list[Step] = []
    open_ends: list[Phase] = []
    following = 0
    for at, here in enumerate(places):
        while open_ends and open_ends[-1] == here:
            open_ends.pop()
            steps.append(Closing())
        while following < len(spans) and spans[following][0] == here:
            *_, opening = spans[following]
            open_ends.append(-spans[following][1])
            steps.append(opening)
            following += 1
        if here < timeline.length:
            steps.append(Calling(here) if here in calling else Stretch(here, places[at + 1]))
    return steps


_Rank = Literal[0, 1, 2, 3]
"""The order of structures over one span, outer first: loops round all arms, then branches and groups of tracks, then
one arm or track, then loops in it."""


def _spans(timeline: Timeline) -> Iterator[tuple[Phase, Phase, _Rank, int, Opening]]:
    """Start, minus end, rank, number and structure."""
    lanes: set[Span] = set()
    for number, branch in enumerate(timeline.branches):
        start, end = branch.span
        yield start, -end, 1, number, Opening(branch)
        for lane, arm in enumerate(branch.arms):
            yield arm[0], -arm[1], 2, number, Opening(branch, lane)
        if len(branch.arms) > 1:
            lanes.update(branch.arms)
    for number, group in enumerate(timeline.tracks):
        yield group[0].start, -group[-1].end, 1, number, Opening(group)
        for lane, track in enumerate(group):
            yield track.start, -track.end, 2, number, Opening(group, lane)
        lanes.update(track.span for track in group)
    for number, loop in enumerate(timeline.loops):
        yield loop.start, -loop.end, 3 if loop.span in lanes else 0, number, Opening(loop)
