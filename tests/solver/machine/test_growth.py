"""Conflicts only grow with ways and lifetimes (SEMANTICS, the rule of thumb for users)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.helpers.machine import conflicts
from tests.helpers.machine.programs import random_programs
from warpack.solver.wire.manifest import Accesses, Buffer, Loop, Manifest, Timeline


def wider_timelines(timeline: Timeline) -> Iterator[Timeline]:
    """The same with a barrier less, or with more ways through it."""
    for number in range(len(timeline.barriers)):
        yield replace(timeline, barriers=timeline.barriers[:number] + timeline.barriers[number + 1 :])
    for number, loop in enumerate(timeline.loops):
        for wider in (replace(loop, at_least=0), replace(loop, endless=False)):
            yield replace(timeline, loops=(*timeline.loops[:number], wider, *timeline.loops[number + 1 :]))
    for number, branch in enumerate(timeline.branches):
        inside = range(*branch.span)
        quiet = replace(timeline, barriers=tuple(one for one in timeline.barriers if one.phase not in inside))
        for base, wider in ((timeline, replace(branch, may_skip=True)), (quiet, replace(branch, uniform=None))):
            yield replace(base, branches=(*base.branches[:number], wider, *base.branches[number + 1 :]))
    for phase in range(timeline.length):
        yield replace(timeline, loops=(*timeline.loops, Loop(phase, phase + 1)))


def longer(buffer: Buffer, length: int, plain: bool) -> Iterator[Buffer]:
    """The same needed for longer."""
    yield replace(buffer, reentry="kept", parts=tuple(replace(part, reentry="kept") for part in buffer.parts))
    if buffer.lifetime is not None and len(buffer.lifetime) == 1 and plain:
        only = buffer.lifetime[0]
        if only.start < only.end < length:
            yield replace(buffer, lifetime=(only._replace(end=only.end + 1),))
    if buffer.accesses_in is not None:
        for phase in range(length):
            said = buffer.accesses_in
            yield replace(buffer, accesses_in=Accesses(said.writes, said.updates, (*said.reads, phase)))


def wider(manifest: Manifest) -> Iterator[Manifest]:
    for timeline in wider_timelines(manifest.timeline):
        yield replace(manifest, timeline=timeline)
    for number, component in enumerate(manifest.components):
        for timeline in wider_timelines(component.timeline) if component.timeline else ():
            changed = replace(component, timeline=timeline)
            yield replace(
                manifest, components=(*manifest.components[:number], changed, *manifest.components[number + 1 :])
            )
    for number, buffer in enumerate(manifest.buffers):
        owner = manifest.timeline_owner(buffer.component)
        timeline = (manifest.component_by_path[owner].timeline if owner else None) or manifest.timeline
        for more in longer(buffer, timeline.length, not timeline.branches):
            yield replace(manifest, buffers=(*manifest.buffers[:number], more, *manifest.buffers[number + 1 :]))


@pytest.mark.parametrize("seed", range(4))
def test_more_ways_and_longer_lifetimes_take_no_conflict_away(seed: int) -> None:
    for number, (_, manifest) in enumerate(random_programs(100 + seed, 12)):
        before = conflicts(manifest)
        for changed in wider(manifest):
            assert before <= conflicts(changed), (seed, number)
