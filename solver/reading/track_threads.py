"""The threads of tracks: whether they add up to the block, and which tracks split no run."""

from __future__ import annotations

from itertools import accumulate

from warpack.solver.reading.collector import Collector, show
from warpack.solver.wire.manifest import Launch, Track
from warpack.solver.wire.units import Phase


def check_threads(collector: Collector, tracks: tuple[Track, ...], at: str, launch: Launch) -> None:
    """The threads of one group of tracks are those of the block, or exactly one track has the rest."""
    given = sum(track.threads or 0 for track in tracks)
    rests = [number for number, track in enumerate(tracks) if track.threads is None]
    block, most = launch.threads_per_block, launch.max_threads_per_block
    if len(rests) > 1:
        first, second = (show(tracks[number].name) for number in rests[:2])
        message = (
            f'The tracks {first} and {second} both have "rest": only one can have the threads that the others leave.'
        )
        collector.error("track-threads", f"{at}/{rests[1]}/threads", message)
    elif not rests and block is None:
        message = (
            f"These tracks have {given} threads together, and nothing says that a block has as many: give `launch.threads_per_block`, "
            'or one track "rest".'
        )
        collector.error("track-threads", at, message)
    elif not rests and given != block:
        message = f"These tracks have {given} threads together, and `launch.threads_per_block` is {block}: they must be equal."
        collector.error("track-threads", at, message)
    elif rests and given >= (block or most):
        limit = "threads_per_block" if block is not None else "max_threads_per_block"
        name = show(tracks[rests[0]].name)
        message = f"The other tracks have {given} threads, and `launch.{limit}` is {block or most}: {name} would have none left."
        collector.error("track-threads", f"{at}/{rests[0]}/threads", message)


def tracks_of_whole_runs(groups: tuple[tuple[Track, ...], ...], threads_per_run: int) -> frozenset[Phase]:
    """The first phases of the tracks that share no run with another track. A block has whole runs, so this is known of
    tracks after "rest" too."""
    found: set[Phase] = set()
    for tracks in groups:
        starts = list(accumulate((track.threads or 0 for track in tracks), initial=0))
        rest = next((number for number, track in enumerate(tracks) if track.threads is None), len(tracks))
        edges = [start if number <= rest else start - starts[-1] for number, start in enumerate(starts)]
        for number, track in enumerate(tracks):
            if edges[number] % threads_per_run == 0 and edges[number + 1] % threads_per_run == 0:
                found.add(track.start)
    return frozenset(found)
