"""Which barriers order the accesses of which threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from warpack.solver.verifier.graph import Place
from warpack.solver.verifier.lanes import Lanes
from warpack.solver.verifier.program import Fence
from warpack.solver.verifier.stops import AtPlaces

Threads = str | int
"""The threads whose accesses barriers have to order: one thread ("one"), a run ("run"), the whole block ("block"), or a
track, by its index in `Lanes.lanes`."""


@dataclass(frozen=True)
class Barriers:
    """All barriers of a program."""

    fences: tuple[Fence, ...]
    lanes: Lanes
    _known: dict[tuple[Threads, bool], AtPlaces] = field(default_factory=dict)

    @property
    def of_tracks(self) -> bool:
        """Whether some barrier makes only the threads of a track wait."""
        return any(fence.scope == "track" for fence in self.fences)

    def covering(self, threads: Threads, *, fenced: bool = False) -> AtPlaces:
        """The places of the barriers at which all these threads wait; `fenced`: only those with a proxy fence."""
        found = self._known.get((threads, fenced))
        if found is None:
            fences = (one for one in self.fences if one.proxy_fence or not fenced)
            found = self._known[threads, fenced] = AtPlaces(self._places(threads, fences))
        return found

    def _places(self, threads: Threads, fences: Iterable[Fence]) -> list[Place]:
        return sorted({place_of(fence) for fence in fences if self._covers(fence, threads)})

    def _covers(self, fence: Fence, threads: Threads) -> bool:
        if fence.scope == "block":
            return True
        if fence.scope == "run":
            return threads in ("one", "run")
        tracks = tuple(self.lanes.tracks_around(fence.phase))
        if threads == "one":
            return True
        if threads == "run":
            return bool(tracks) and self.lanes.forks[self.lanes.lanes[tracks[0]].fork].runs_whole
        return self._is_inside(threads, tracks[0] if tracks else -1)

    def _is_inside(self, threads: Threads, track: int) -> bool:
        """Whether a track is another track, or lies in it."""
        at = threads
        while isinstance(at, int) and at >= 0:
            if at == track:
                return True
            at = self.lanes.lanes[at].around
        return False


def place_of(fence: Fence) -> Place:
    """Where a barrier stands on a way."""
    return 3 * fence.phase + (2 if fence.after else 0)
