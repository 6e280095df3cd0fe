"""Which threads share two pieces, and what that means for barriers, branches and tracks (sections 1, 2 and 5: "U")."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from warpack.solver.wire.manifest import Manifest, Track

from .pieces import Piece
from .tree import Program, TrackKey, Wait

GroupKey = tuple[str, int]
"""A group of tracks: the path whose timeline has it, and its number there."""


def groups_of(manifest: Manifest, program: Program) -> dict[GroupKey, tuple[Track, ...]]:
    """Every group of tracks that the program runs."""
    timelines = [("", manifest.timeline)] + [(one.path, one.timeline) for one in manifest.components if one.timeline]
    return {
        (owner, number): group
        for owner, timeline in timelines
        if owner in program.spans
        for number, group in enumerate(timeline.tracks)
    }


def track_sizes(manifest: Manifest, group: tuple[Track, ...]) -> list[int | None]:
    """Threads of each track, the rest too where the block's size is given."""
    block, known = manifest.launch.threads_per_block, sum(track.threads or 0 for track in group)
    return [track.threads if track.threads is not None else block - known if block else None for track in group]


def runs_lie_whole(manifest: Manifest, group: tuple[Track, ...]) -> bool:
    """Whether every run lies in one track: each track starts at a multiple of threads_per_run. A block has whole runs,
    so that tracks behind the rest may be counted from its end."""
    per_run, sizes = manifest.launch.threads_per_run, [track.threads for track in group]
    rest = sizes.index(None) if None in sizes else len(sizes)
    starts = [sum(size or 0 for size in sizes[:number]) for number in range(1, rest + 1) if number < len(sizes)]
    ends = [sum(size or 0 for size in sizes[number:]) for number in range(rest + 1, len(sizes))]
    return all(edge % per_run == 0 for edge in (*starts, *ends))


@dataclass(frozen=True)
class Sharing:
    """The threads that share two pieces. `scope`: "run" or "block", or "track" with its key. `several`: more than one
    thread. `fixed`: for run-scoped pairs the track that the run takes in each group it lies whole in."""

    scope: str
    several: bool
    track: TrackKey | None = None
    fixed: frozenset[TrackKey] = frozenset()

    def covered_by(self, wait: Wait, whole: frozenset[GroupKey]) -> bool:
        """Whether all of them wait at a barrier together; `whole`: groups in which every run lies in one track."""
        if wait.scope == "block" or not self.several:
            return True
        if wait.scope == "run":
            return self.scope == "run"
        if self.scope == "run":
            return wait.track is not None and wait.track[:2] in whole
        return self.scope == "track" and wait.track == self.track

    def choose_together(self, uniform: str | None) -> bool:
        return not self.several or uniform == "block" or (uniform == "run" and self.scope == "run")

    def tracks(self, group: GroupKey, number: int) -> Iterator[tuple[int, int]]:
        """Which two tracks of a group of so many two of these threads may be in."""
        bound = [key[2] for key in (*self.fixed, *([self.track] if self.track else ())) if key[:2] == group]
        if bound:
            yield bound[0], bound[0]
        elif not self.several:
            yield from ((one, one) for one in range(number))
        else:
            yield from itertools.product(range(number), repeat=2)


def sharings(manifest: Manifest, program: Program, a: Piece, b: Piece) -> list[Sharing]:
    """The threads that share two pieces; several where a run may be in this track or in that one."""
    groups = groups_of(manifest, program)
    if a.buffer.scope == b.buffer.scope == "run":
        several = manifest.launch.threads_per_run > 1
        whole = [key for key, group in groups.items() if runs_lie_whole(manifest, group)]
        options = [[(*key, number) for number in range(len(groups[key]))] for key in whole]
        return [Sharing("run", several, None, frozenset(each)) for each in itertools.product(*options)]
    if a.buffer.scope == b.buffer.scope and a.track is not None and a.track == b.track:
        size = track_sizes(manifest, groups[a.track[:2]])[a.track[2]]
        return [Sharing("track", size != 1, a.track)]
    return [Sharing("block", manifest.launch.threads_per_block != 1)]
