"""The conflicts of small random programs, against a slow reader that goes way after way."""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random

import pytest

from tests.solver.verifier.programs import random_program
from tests.solver.verifier.way_reader import Event, Reader
from warpack.solver.verifier.passing import passages
from warpack.solver.verifier.story import derive
from warpack.solver.wire.manifest import Barrier, Buffer, Interval, Timeline

SEEDS = int(os.environ.get("WARPACK_WAYS", "300"))
FIRST = int(os.environ.get("WARPACK_WAYS_FROM", "0"))


@dataclass
class Told:
    """One buffer as the reader sees it."""

    buffer: Buffer
    accesses: set[int]
    begins: set[int]
    live: set[int]


def stated(reader: Reader, buffer: Buffer, timeline: Timeline) -> tuple[set[int], set[int]]:
    local: set[int] = set()
    begins: set[int] = set()
    if buffer.accesses_in is not None:
        local = set().union(*buffer.accesses_in)
        begins = set(buffer.accesses_in.writes)
    for interval in buffer.lifetime or ():
        local |= phases_of(interval, timeline)
        begins.add(interval.start)
    calls = reader.spans.get(buffer.component, [])
    accesses = {at for call in calls for phase in local for at in range(*call[phase])}
    return accesses, {call[phase][0] for call in calls for phase in begins}


def phases_of(interval: Interval, timeline: Timeline) -> set[int]:
    start, last = interval.start, interval.end - 1
    if start <= last:
        found = set(range(start, last + 1))
    else:
        around = [lp for lp in timeline.loops if lp.start <= start < lp.end and lp.start <= last < lp.end]
        loop = min(around, key=lambda one: one.end - one.start)
        found = set(range(start, loop.end)) | set(range(loop.start, last + 1))
    for branch in timeline.branches:
        held = [arm for arm in branch.arms if any(arm[0] <= phase < arm[1] for phase in (start, last))]
        if held:
            for arm in branch.arms:
                if arm not in held:
                    found -= set(range(*arm))
    return found


def flat(reader: Reader, buffer: Buffer, phases: tuple[int, ...]) -> set[int]:
    return {at for call in reader.spans.get(buffer.component, []) for phase in phases for at in range(*call[phase])}


def lives(reader: Reader, buffer: Buffer, timeline: Timeline, ways: list[list[Event]]) -> Told:
    accesses, begins = stated(reader, buffer, timeline)
    live = set(accesses)
    visits = [[at for kind, at in way if kind == "phase"] for way in ways]
    if buffer.accesses_in is not None:
        writes, updates, reads = (flat(reader, buffer, phases) for phases in buffer.accesses_in)
        brought: set[int] = set()
        wanted: set[int] = set()
        for way in visits:
            have = False
            for at in way:
                if have:
                    brought.add(at)
                have = have or at in writes or at in updates
            want = False
            for at in reversed(way):
                if want and at not in writes:
                    wanted.add(at)
                want = (want or at in updates or at in reads) and at not in writes
        live |= brought & wanted
    elif buffer.reentry == "kept":
        for way in visits:
            between: list[int] | None = None
            for at in way:
                if at in accesses:
                    if between and at not in begins:
                        live |= set(between)
                    between = []
                elif between is not None:
                    between.append(at)
    return Told(buffer, accesses, begins, live)


def runs_whole(reader: Reader, group: int) -> bool:
    per_run = reader.manifest.launch.threads_per_run
    tracks = reader.groups[group]
    rest = next(n for n, track in enumerate(tracks) if track.threads is None)
    sizes = [track.threads or 0 for track in tracks]
    before = [sum(sizes[:n]) for n in range(rest + 1)]
    behind = [-sum(sizes[n:]) for n in range(rest + 1, len(tracks))]
    return all(first % per_run == 0 for first in before + behind)


def covers(reader: Reader, event: Event, barrier: Barrier, a: Told, b: Told) -> bool:
    scopes = {a.buffer.scope, b.buffer.scope}
    per_run = reader.manifest.launch.threads_per_run
    if barrier.scope == "block":
        return True
    if barrier.scope == "run":
        return scopes == {"run"}
    (group, number, _) = reader.tracks_of[event[1]][-1]
    if scopes == {"run"}:
        return per_run == 1 or runs_whole(reader, group)
    inside = all((group, number) in {t[:2] for t in reader.tracks_of[at]} for at in a.accesses | b.accesses)
    return scopes == {"block"} and inside


def conflict(reader: Reader, a: Told, b: Told, ways: list[list[Event]]) -> bool:
    if a.accesses & b.live or a.live & b.accesses:
        return True
    scopes = {a.buffer.scope, b.buffer.scope}
    per_run = reader.manifest.launch.threads_per_run
    alone = scopes == {"run"} and per_run == 1
    for x in a.accesses:
        for y in b.accesses:
            for group, track, _ in reader.tracks_of[x]:
                whole = scopes == {"run"} and (per_run == 1 or runs_whole(reader, group))
                if not whole and any(g == group and t != track for g, t, _ in reader.tracks_of[y]):
                    return True
            for serial, arm, branch in reader.arms_of[x]:
                if any(s == serial and other != arm for s, other, _ in reader.arms_of[y]):
                    together = alone or branch.uniform == "block" or (branch.uniform == "run" and scopes == {"run"})
                    if not together:
                        return True
            for call, path in reader.calls_of[x]:
                if any(c == call and p != path for c, p in reader.calls_of[y]):
                    return True
    return any(unordered(reader, one, other, ways, alone=alone) for one, other in ((a, b), (b, a)))


def unordered(reader: Reader, one: Told, other: Told, ways: list[list[Event]], *, alone: bool) -> bool:
    fenced = other.buffer.asynchronous and not one.buffer.asynchronous
    if alone and not fenced:
        return False
    for way in ways:
        since: list[int] = []
        for event in way:
            if event[0] != "phase":
                barriers = [b for b in reader.barriers[event] if b.proxy_fence or not fenced]
                if any(covers(reader, event, barrier, one, other) for barrier in barriers):
                    since = []
                continue
            if event[1] in other.accesses and any(goes(reader, x, event[1], one, other) for x in since):
                return True
            if event[1] in one.accesses:
                since.append(event[1])
    return False


def goes(reader: Reader, x: int, y: int, one: Told, other: Told) -> bool:
    """Whether threads that share both come from x to y: those of a run that lies whole in one track stay in it."""
    if {one.buffer.scope, other.buffer.scope} != {"run"}:
        return True
    for group, track, _ in reader.tracks_of[x]:
        whole = reader.manifest.launch.threads_per_run == 1 or runs_whole(reader, group)
        if whole and any(g == group and t != track for g, t, _ in reader.tracks_of[y]):
            return False
    return True


def told_of(reader: Reader, ways: list[list[Event]]) -> dict[str, Told]:
    manifest = reader.manifest
    timelines = {one.path: one.timeline for one in manifest.components} | {"": manifest.timeline}
    found = {}
    for buffer in manifest.buffers:
        timeline = timelines[buffer.component]
        assert timeline is not None
        found[buffer.full_name] = lives(reader, buffer, timeline, ways)
    return found


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_the_ways_that_a_slow_reader_goes_give_the_same_conflicts(seed: int) -> None:
    manifest = random_program(seed)
    story, reader = derive(manifest), Reader(manifest, Random(seed))
    assert story.length == len(reader.names)
    ways: list[list[Event]] = []
    for count in (150, 1500, 15000):
        ways += reader.ways(count)
        told, found = told_of(reader, ways), set()
        derived = set()
        for number, a in enumerate(story.pieces):
            for b in story.pieces[:number]:
                if conflict(reader, told[a.name], told[b.name], ways):
                    found.add((a.name, b.name))
                if story.conflict(a, b) is not None:
                    derived.add((a.name, b.name))
        assert found <= derived, (found - derived, manifest)
        if found == derived:
            return
    raise AssertionError((derived - found, manifest))


Handed = tuple[str, str, int, str | None, int | None]
"""From, to, the phase, and the barrier's side and phase."""


def handed(
    reader: Reader, one: Told, other: Told, lives_of: dict[str, set[int]], ways: list[list[Event]]
) -> set[Handed]:
    """Every way that leaves the one's life and comes to the other's, with neither live between, and the first barrier
    on it."""
    names = one.buffer.full_name, other.buffer.full_name
    source, target = lives_of[names[0]], lives_of[names[1]]
    fenced = other.buffer.asynchronous and not one.buffer.asynchronous
    found: set[Handed] = set()
    for way in ways:
        left = False
        barrier: Event | None = None
        for event in way:
            kind, at = event
            if kind != "phase":
                barriers = [b for b in reader.barriers[event] if b.proxy_fence or not fenced]
                if barrier is None and any(covers(reader, event, one_, one, other) for one_ in barriers):
                    barrier = event
                continue
            if left and at in target and at not in source:
                found.add((*names, at, *(barrier or (None, None))))
            if at in source:
                left, barrier = at not in target, None
            elif at in target:
                left = False
    return found


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_the_hand_overs_are_those_that_a_slow_reader_meets(seed: int) -> None:
    manifest = random_program(seed)
    story, reader = derive(manifest), Reader(manifest, Random(seed))
    lives_of = {one.name: {at for span in one.live for at in range(*span)} for one in story.pieces}
    together = bool(
        story.graph.beside_at
    )  # a way into one component does not go through the others: a choice of the verifier
    ways: list[list[Event]] = []
    for count in (150, 1500, 15000):
        ways += reader.ways(count)
        told, found, derived = told_of(reader, ways), set(), set()
        for a in story.pieces:
            for b in story.pieces:
                fenced = b.asynchronous and not a.asynchronous
                threads = story.threads_of(a, b)
                conflict = story.conflict(a, b)
                if a is b or (threads == "one" and not fenced) or (conflict is not None and conflict.reason == "lanes"):
                    continue
                stops = story.ordering.barriers.covering(threads, fenced=fenced)
                for phase, place in passages(story.graph, a.live, b.live, stops):
                    side = None if place is None else "before" if place % 3 == 0 else "after"
                    derived.add((a.name, b.name, phase, side, None if place is None else place // 3))
                found |= handed(reader, told[a.name], told[b.name], lives_of, ways)
        if together:
            assert {one[:3] for one in found} <= {one[:3] for one in derived}, manifest
        else:
            assert found <= derived, (found - derived, manifest)
        if found >= derived and (together or found == derived):
            return
    raise AssertionError((derived - found, manifest))
