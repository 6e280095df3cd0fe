"""Where a program forks into several lanes, and a thread is in one of them: arms of a branch, tracks, components called
in one phase."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal, NamedTuple

from warpack.solver.verifier import tree
from warpack.solver.verifier.spans import Span, Spans, merged
from warpack.solver.wire.manifest import Launch, Scope
from warpack.solver.wire.units import Phase

Kind = Literal["arms", "tracks", "beside"]


class Fork(NamedTuple):
    """`uniform`: which threads choose the arm together. `runs_whole`: whether the tracks split no run. Tracks with the
    same `stated` are the same tracks in several calls."""

    kind: Kind
    lanes: tuple[Span, ...]
    uniform: Scope | None = None
    runs_whole: bool = False
    stated: tuple[str, Phase] = ("", 0)


MOST_CHOICES = 64
"""With more combinations of tracks that a run may take, it is assumed to be in any track at any time."""


class _Lane(NamedTuple):
    span: Span
    fork: int
    number: int
    around: int
    """The lane around this one, by its index in the list; -1 where there is none."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The forks of a program, and every lane of them, sorted by start, outer before inner."""

    forks: tuple[Fork, ...]
    lanes: tuple[_Lane, ...]
    starts: tuple[Phase, ...]

    def around(self, phase: Phase) -> Iterator[tuple[int, int]]:
        """The lanes that hold a phase, innermost first, as fork and number of the lane."""
        at = bisect_right(self.starts, phase) - 1
        while at >= 0:
            lane = self.lanes[at]
            if phase < lane.span[1]:
                yield lane.fork, lane.number
            at = lane.around

    def choices(self) -> tuple[Spans, ...]:
        """For each choice of the tracks that a run can be in, the phases that it never reaches."""
        groups: dict[tuple[str, Phase], list[Fork]] = defaultdict(list)
        for fork in self.forks:
            if fork.kind == "tracks" and fork.runs_whole:
                groups[fork.stated].append(fork)
        if prod(len(forks[0].lanes) for forks in groups.values()) > MOST_CHOICES:
            return ((),)
        ways = [
            [
                [lane for fork in forks for n, lane in enumerate(fork.lanes) if n != taken]
                for taken in range(len(forks[0].lanes))
            ]
            for forks in groups.values()
        ]
        return tuple(merged(span for closed in chosen for span in closed) for chosen in product(*ways))

    def track_of(self, spans: Spans) -> int | None:
        """The innermost track that holds all these phases, by its number in `tracks`; None where no track does."""
        if not spans:
            return None
        start, end = spans[0][0], spans[-1][1]
        for track in self.tracks_around(start):
            if end <= self.lanes[track].span[1]:
                return track
        return None

    def tracks_around(self, phase: Phase) -> Iterator[int]:
        """The tracks that hold a phase, innermost first, by their index in `lanes`."""
        at = bisect_right(self.starts, phase) - 1
        while at >= 0:
            lane = self.lanes[at]
            if phase < lane.span[1] and self.forks[lane.fork].kind == "tracks":
                yield at
            at = lane.around

    def other_lanes(self, accesses: Spans) -> Iterator[tuple[Fork, Spans]]:
        """For every fork that has some of these phases in its lanes: the lanes that differ from the lane of at least
        one of these phases. Forks that lie wholly in these phases are left out."""
        if not self.forks:
            return
        used: dict[int, set[int]] = defaultdict(set)
        for start, end in accesses:
            for phase in {start, end - 1}:
                for fork, _ in self.around(phase):
                    lanes = self.forks[fork].lanes
                    if start > lanes[0][0] or lanes[-1][1] > end:
                        used[fork].update(n for n, lane in enumerate(lanes) if lane[0] < end and start < lane[1])
        for fork, numbers in used.items():
            others = [lane for n, lane in enumerate(self.forks[fork].lanes) if len(numbers) > 1 or n not in numbers]
            yield self.forks[fork], merged(others)


def lanes_of(body: tree.Sequence, launch: Launch) -> Lanes:
    """All forks of a program."""
    forks: list[Fork] = []
    found: list[tuple[Span, int, int]] = []
    waiting: list[tuple[tree.Item, _Threads]] = [(item, _Threads(0, 0)) for item in body]
    while waiting:
        item, threads = waiting.pop()
        inside = [threads] * len(tree.children(item))
        fork: Fork | None = None
        if isinstance(item, tree.Branch):
            fork = Fork("arms", item.arm_spans, item.uniform)
        elif isinstance(item, tree.Call) and len(item.components) > 1:
            fork = Fork("beside", item.component_spans)
        elif isinstance(item, tree.Tracks):
            inside = _shares(item, threads, launch.threads_per_run)
            whole = launch.threads_per_run == 1 or all(share == (0, 0) for share in inside)
            fork = Fork("tracks", item.track_spans, None, whole, item.stated)
        if fork is not None:
            found += [(lane, len(forks), number) for number, lane in enumerate(fork.lanes)]
            forks.append(fork)
        for threads, sequence in zip(inside, tree.children(item), strict=True):
            waiting += [(one, threads) for one in sequence if not isinstance(one, tree.Phases)]
    return _sorted(tuple(forks), found)


class _Threads(NamedTuple):
    """The first thread of a track and the one after its last, modulo the threads of a run. None: unknown. A block has a
    whole number of runs."""

    first: int | None
    end: int | None


def _shares(item: tree.Tracks, whole: _Threads, per_run: int) -> list[_Threads]:
    """The threads of each track, counted from the front up to the track that takes the rest, and from the back down to
    it."""
    count = len(item.threads)
    borders: list[int | None] = [whole.first, *[None] * (count - 1), whole.end]
    for number, threads in enumerate(item.threads[:-1]):
        before = borders[number]
        if before is None or threads is None:
            break
        borders[number + 1] = (before + threads) % per_run
    for number in range(count - 1, 0, -1):
        behind, threads = borders[number + 1], item.threads[number]
        if behind is None or threads is None or borders[number] is not None:
            break
        borders[number] = (behind - threads) % per_run
    return [_Threads(borders[number], borders[number + 1]) for number in range(count)]


def _sorted(forks: tuple[Fork, ...], found: list[tuple[Span, int, int]]) -> Lanes:
    lanes: list[_Lane] = []
    open_lanes: list[int] = []
    depth = {(fork, number): order for order, (_, fork, number) in enumerate(found)}  # outer forks are found first
    for span, fork, number in sorted(found, key=lambda one: (one[0][0], -one[0][1], depth[one[1], one[2]])):
        while open_lanes and lanes[open_lanes[-1]].span[1] <= span[0]:
            open_lanes.pop()
        lanes.append(_Lane(span, fork, number, open_lanes[-1] if open_lanes else -1))
        open_lanes.append(len(lanes) - 1)
    return Lanes(forks, tuple(lanes), tuple(lane.span[0] for lane in lanes))
