"""Small random programs, and a slow reader of them: it goes many ways, one phase after another, and notes what it
meets.

It shares nothing with the verifier but the wire types. Ways are drawn at random, so what it finds is there, and what it
never finds in very many ways of a small program is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from warpack.solver.wire.dtypes import DTYPES
from warpack.solver.wire.manifest import (
    Accesses,
    Barrier,
    Branch,
    Buffer,
    Component,
    Interval,
    Launch,
    Loop,
    Manifest,
    Target,
    Timeline,
    Track,
)

Span = tuple[int, int]


def random_timeline(random: Random, length: int, *, calls: bool = True, tracks: bool = True) -> Timeline:
    """Structures anywhere, properly nested and never two over one span; barriers of every kind that is legal where it
    stands."""
    made = _Made([], [], [])
    _structure(random, (0, length), made, tracks=tracks and random.random() < 0.35, whole=False)
    in_tracks = {p for group in made.tracks for track in group for p in range(track.start, track.end)}
    barriers = set()
    for phase in range(length):
        for after in (False, True):
            if random.random() < 0.2:
                scopes = ["run", "track"] if phase in in_tracks else ["run", "block", "block"]
                barriers.add(Barrier(phase, random.choice(scopes), after, random.random() < 0.5))  # type: ignore[arg-type]  # plain strings
    loops = sorted(made.loops, key=lambda loop: (loop.start, -loop.end))
    branches = sorted(made.branches, key=lambda branch: (branch.span[0], -branch.span[1]))
    ordered = sorted(barriers, key=lambda b: (b.phase, b.after, b.scope, b.proxy_fence))
    return Timeline(length, None, tuple(loops), tuple(ordered), tuple(branches), tuple(made.tracks))


@dataclass
class _Made:
    loops: list[Loop]
    branches: list[Branch]
    tracks: list[tuple[Track, ...]]


def _structure(random: Random, span: Span, made: _Made, *, tracks: bool, whole: bool) -> None:
    """Puts structures into a span; `whole`: there is one over exactly this span already."""
    start, end = span
    while start < end:
        stop = random.randint(start + 1, end)
        here = (start, stop)
        kind = random.choice(["none", "none", "loop", "loop", "branch", "tracks" if tracks else "branch"])
        if kind == "none" or (whole and here == span):
            start = start + 1
            continue
        if kind == "loop":
            breaks = tuple(sorted({random.randrange(start, stop) for _ in range(random.randrange(3))}))
            endless = bool(breaks) and random.random() < 0.3
            at = len(made.loops)
            made.loops.append(Loop(start, stop))
            count = len(made.tracks)
            _structure(random, here, made, tracks=tracks, whole=True)
            inside = {p for group in made.tracks[count:] for t in group for p in range(t.start, t.end)}
            breaks = tuple(phase for phase in breaks if phase not in inside)
            endless = endless and bool(breaks)
            made.loops[at] = Loop(start, stop, 1 if endless else random.choice((0, 0, 1)), breaks, endless)
        else:
            cuts = sorted({random.randrange(start + 1, stop) for _ in range(2)}) if stop - start > 1 else []
            borders = [start, *cuts, stop]
            lanes = list(pairwise(borders))
            if kind == "branch":
                skip = len(lanes) == 1 or random.random() < 0.3
                made.branches.append(Branch(tuple(lanes), skip, random.choice((None, "run", "block"))))
            elif len(lanes) > 1:
                threads = [random.choice((1, 2, 3, 4)) for _ in lanes]
                rest = random.randrange(len(lanes))
                made.tracks.append(
                    tuple(Track(f"t{n}", *lane, None if n == rest else threads[n]) for n, lane in enumerate(lanes))
                )
            for lane in lanes:
                _structure(random, lane, made, tracks=False, whole=True)
        start = stop


def random_program(seed: int) -> Manifest:
    """A few phases, structures, calls, and buffers that state their lives in either form."""
    random = Random(seed)
    length = random.randint(1, 6)
    root = random_timeline(random, length)
    components = []
    if random.random() < 0.5:
        inner = random_timeline(random, random.randint(1, 3), tracks=False)
        where = tuple(sorted({random.randrange(length) for _ in range(random.randint(1, 2))}))
        components.append(Component("k", timeline=_without_block(root, where, inner), called_in=where))
        if random.random() < 0.6:
            inner = random_timeline(random, random.randint(1, 3), tracks=False)
            where = (random.choice((*where, random.randrange(length))),)
            components.append(Component("j", timeline=_without_block(root, where, inner), called_in=where))
        if random.random() < 0.3:
            inner = random_timeline(random, random.randint(1, 2), tracks=False)
            outer = components[0].timeline
            assert outer is not None
            where = (random.randrange(outer.length),)
            inner = _without_block(root, components[0].called_in, inner)
            components.append(Component("k/i", timeline=inner, called_in=where))
    buffers = []
    timelines = {"": root} | {one.path: one.timeline for one in components if one.timeline is not None}
    for number in range(random.randint(2, 4)):
        path = random.choice(list(timelines))
        buffers.append(_buffer(random, f"b{number}", path, timelines[path]))
    return Manifest(
        Target("8.6"),
        launch=Launch(threads_per_run=random.choice((1, 2, 2))),
        timeline=root,
        components=tuple(components),
        buffers=tuple(buffers),
    )


def _without_block(root: Timeline, where: tuple[int, ...], inner: Timeline) -> Timeline:
    """No barrier of the whole block where the caller is in a track, none of a track elsewhere."""
    inside = any(t.start <= phase < t.end for group in root.tracks for t in group for phase in where)
    scopes = ("run",) if inside else ("run", "block")
    kept = tuple(barrier for barrier in inner.barriers if barrier.scope in scopes)
    return Timeline(inner.length, None, inner.loops, kept, inner.branches, inner.tracks)


def _buffer(random: Random, name: str, path: str, timeline: Timeline) -> Buffer:
    scope = random.choice(("run", "block"))
    fields = {"component": path, "scope": scope, "asynchronous": random.random() < 0.2}
    fields["reentry"] = random.choice(("kept", "kept", "dropped"))
    length = timeline.length
    if random.random() < 0.35:
        picks = [tuple(sorted({random.randrange(length) for _ in range(random.randrange(3))})) for _ in range(3)]
        accesses = Accesses(*picks)
        if any(accesses):
            return Buffer(name, 4, DTYPES["float32"], accesses_in=accesses, alignment_bytes=4, **fields)  # type: ignore[arg-type]  # plain strings
    start = random.randrange(length)
    end = random.randint(start + 1, length)
    intervals = [Interval(start, end)]
    around = [loop for loop in timeline.loops if loop.start <= start and end <= loop.end]
    if around and random.random() < 0.4:
        loop = random.choice(around)
        first, last = sorted((random.randrange(loop.start, loop.end), random.randrange(loop.start, loop.end)))
        intervals = [Interval(last, first + 1) if last > first else Interval(last, last)]
        if intervals[0].end <= loop.start:
            intervals = [Interval(start, end)]
    elif end < length and random.random() < 0.4:
        intervals.append(Interval(end, random.randint(end + 1, length)))
    arms = [arm for branch in timeline.branches for arm in branch.arms]
    if any(_crosses(branch, interval) for branch in timeline.branches for interval in intervals) and arms:
        intervals = [Interval(start, start + 1)]
    return Buffer(name, 4, DTYPES["float32"], lifetime=tuple(intervals), alignment_bytes=4, **fields)  # type: ignore[arg-type]  # plain strings


def _crosses(branch: Branch, interval: Interval) -> bool:
    """From inside one arm to inside another."""
    lanes = [
        [number for number, arm in enumerate(branch.arms) if arm[0] <= phase < arm[1]]
        for phase in (interval.start, interval.end - 1)
    ]
    return bool(lanes[0] and lanes[1] and lanes[0] != lanes[1])
