"""The tracks and arms around the calls of a component's timeline, and what they forbid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector
from warpack.solver.reading.structures import BLOCK, Node
from warpack.solver.reading.track_threads import tracks_of_whole_runs
from warpack.solver.wire.manifest import Launch
from warpack.solver.wire.units import Phase


class Surroundings(NamedTuple):
    """For all calls of a timeline together: whether they stand in tracks, the fewest threads that enter together
    (`structures.BLOCK` and the others), and whether these tracks split no run."""

    in_tracks: Literal["never", "always", "both"] = "never"
    together: int = BLOCK
    whole_runs: bool = True


ALONE = Surroundings()


def of_calls(parent: Clock, around: Surroundings, phases: Iterable[Phase], launch: Launch | None) -> Surroundings:
    """The surroundings of the calls in these phases of `parent`, whose own surroundings are `around`."""
    nodes = [parent.tree.innermost(phase) for phase in phases]
    if not nodes:
        return around
    inside = {around.in_tracks if node.track is None else "always" for node in nodes}
    in_tracks = inside.pop() if len(inside) == 1 else "both"
    starts = {node.track.start for node in nodes if node.track is not None}
    per_run = 1 if launch is None else launch.threads_per_run
    whole = starts <= tracks_of_whole_runs(parent.timeline.tracks, per_run) if starts else True
    together = min(around.together, *(node.together for node in nodes))
    return Surroundings(in_tracks, together, around.whole_runs and whole)


def check_calls(collector: Collector, path: str, parent: Clock, phases: Iterable[tuple[Phase, str]]) -> None:
    """A component is called in at most one track of a group: its buffers are then that track's. `phases`: each with its
    pointer."""
    seen: dict[int, Node] = {}
    for phase, pointer in phases:
        track = parent.tree.innermost(phase).track
        if track is None or track.parent is None:
            continue
        first = seen.setdefault(id(track.parent), track)
        if first is not track:
            names = first.structure.shown, track.structure.shown
            message = (
                f"{path} is called in the tracks {names[0]} and, in {parent.named(phase)}, {names[1]}, which run at once: its buffers "
                "belong to one of them. List the component once for each track, under two paths."
            )
            collector.error("called-in-two-tracks", pointer, message, path)
            return
