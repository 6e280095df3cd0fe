"""The structures of one timeline in the order in which a program meets them: what opens and what closes at each
phase."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from warpack.solver.wire.manifest import Branch, Interval, Loop, Span, Timeline, Track
from warpack.solver.wire.units import Phase

Kind = Literal["tracks", "track", "arm", "loop", "branch"]

_TRACKS, _TRACK, _ARM, _LOOP, _BRANCH, _ONLY_ARM = range(6)
"""Which of several structures over one span is the outer one: a loop lies inside a track, inside an arm of a branch of
several, and outside a branch."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """One structure over the phases `[start, end)`. `number` tells the arms of a branch and the tracks of a group
    apart; `parent` is the structure directly around it, `depth` the number of those around it."""

    kind: Kind
    start: Phase
    end: Phase
    number: int = 0
    loop: Loop | None = None
    branch: Branch | None = None
    track: Track | None = None
    parent: Structure | None = None
    depth: int = 0


@dataclass(frozen=True)
class Structures:
    """`opens[p]`: the structures that begin at phase p, outer ones first. `around`: the innermost structure of each
    phase that begins or follows one; ask `innermost`."""

    opens: dict[Phase, list[Structure]]
    starts: tuple[Phase, ...]
    inside: tuple[Structure | None, ...]
    branched: bool = False

    def innermost(self, phase: Phase) -> Structure | None:
        at = bisect_right(self.starts, phase) - 1
        return self.inside[at] if at >= 0 else None


def structures(timeline: Timeline) -> Structures:
    """The timeline's loops, branches, arms and tracks, properly nested (a loaded manifest's are)."""
    found: list[tuple[Phase, Phase, int, int, Structure]] = []

    def add(span: Span, rank: int, structure: Structure) -> None:
        found.append((span[0], -span[1], rank, len(found), structure))

    for loop in timeline.loops:
        add(loop.span, _LOOP, Structure("loop", *loop.span, loop=loop))
    for branch in timeline.branches:
        add(branch.span, _BRANCH, Structure("branch", *branch.span, branch=branch))
        for number, arm in enumerate(branch.arms):
            rank = _ARM if len(branch.arms) > 1 else _ONLY_ARM
            add(arm, rank, Structure("arm", *arm, number=number, branch=branch))
    for group in timeline.tracks:
        whole = (group[0].start, group[-1].end)
        add(whole, _TRACKS, Structure("tracks", *whole))
        for number, track in enumerate(group):
            add(track.span, _TRACK, Structure("track", *track.span, number=number, track=track))
    return _nested(sorted(found, key=lambda one: one[:4]))


def _nested(found: list[tuple[Phase, Phase, int, int, Structure]]) -> Structures:
    opens: dict[Phase, list[Structure]] = defaultdict(list)
    stack: list[Structure] = []
    starts: list[Phase] = []
    inside: list[Structure | None] = []

    def closed(until: Phase) -> None:
        while stack and stack[-1].end <= until:
            end = stack.pop().end
            starts.append(end)
            inside.append(stack[-1] if stack else None)

    for start, _, _, _, bare in found:
        closed(start)
        structure = replace(bare, parent=stack[-1] if stack else None, depth=len(stack))
        opens[start].append(structure)
        stack.append(structure)
        starts.append(start)
        inside.append(structure)
    if stack:
        closed(stack[0].end)
    branched = any(one.kind == "branch" for structures in opens.values() for one in structures)
    return Structures(dict(opens), tuple(starts), tuple(inside), branched)


def spans_of(structures: Structures, interval: Interval) -> list[Span]:
    """The phases of an interval in its timeline's own phases. One that wraps has two halves. If one of its ends lies in
    an arm of a branch, it has only that arm."""
    start, end = interval
    if start < end:
        spans = [(start, end)]
    else:
        loop = _wrapped(structures, start, end - 1)
        spans = [(start, loop.end), (loop.start, end)]
    if not structures.branched:
        return spans
    cuts = sorted({*_other_arms(structures, start), *_other_arms(structures, end - 1)})
    return _without(spans, cuts) if cuts else spans


def _wrapped(structures: Structures, first: Phase, last: Phase) -> Loop:
    """The innermost loop that holds the first and the last phase of an interval that wraps."""
    around = structures.innermost(first)
    while around is not None:
        if around.loop is not None and around.start <= last < around.end:
            return around.loop
        around = around.parent
    raise ValueError(f"an interval from phase {first} to {last} wraps round no loop")


def _other_arms(structures: Structures, phase: Phase) -> Iterator[Span]:
    """For every branch that has the phase in one of its arms, the other arms."""
    around = structures.innermost(phase)
    while around is not None:
        if around.kind == "arm" and around.branch is not None:
            yield from (arm for number, arm in enumerate(around.branch.arms) if number != around.number)
        around = around.parent


def _without(spans: list[Span], cuts: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for start, end in spans:
        at = start
        for first, beyond in cuts:
            if beyond <= at or first >= end:
                continue
            if first > at:
                kept.append((at, first))
            at = beyond
        if at < end:
            kept.append((at, end))
    return kept
