"""Whether all threads of a barrier's scope can reach it where it stands."""

from __future__ import annotations

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector
from warpack.solver.reading.structures import BLOCK, ONE_THREAD, RUN, Node
from warpack.solver.reading.surroundings import Surroundings
from warpack.solver.reading.track_threads import tracks_of_whole_runs
from warpack.solver.wire.manifest import BarrierScope, Launch
from warpack.solver.wire.units import Phase

WARP = 32


class Judge:
    """Checks the barriers of one timeline, which is called from `around`. `launch` None: the launch is unknown."""

    def __init__(self, collector: Collector, clock: Clock, around: Surroundings, launch: Launch | None) -> None:
        self._collector = collector
        self._clock = clock
        self._around = around
        self._per_run = None if launch is None else launch.threads_per_run
        tracks = clock.timeline.tracks
        self._whole = tracks_of_whole_runs(tracks, self._per_run or 1) if tracks else frozenset()

    def check(self, phase: Phase, scope: BarrierScope, pointer: str) -> bool:
        """False (and a problem at `pointer`) where some thread of the scope would wait alone."""
        if not self._clock.sound:
            return True
        node = self._clock.tree.innermost(phase)
        found = self._out_of_place(node, scope) or self._too_wide(node, scope)
        if found is None:
            return True
        type_, why = found
        named = self._clock.named(phase)
        self._collector.error(type_, pointer, f"The barrier of scope {scope} at the phase {named} {why}.")
        return False

    def _out_of_place(self, node: Node, scope: BarrierScope) -> tuple[str, str] | None:
        around = self._around
        in_tracks = "always" if node.track is not None else around.in_tracks
        where = (
            f"inside the track {node.track.structure.shown}" if node.track is not None else "inside a track, by a call"
        )
        if scope == "block" and in_tracks != "never":
            why = f"stands {where}, where the threads of the other tracks never come: use scope track, or a phase outside the tracks"
            return "block-barrier-in-track", why
        if scope == "track" and in_tracks == "never":
            return "track-barrier-outside-tracks", "stands in no track: use scope block"
        if scope == "track" and in_tracks == "both":
            why = (
                "is called both inside and outside of tracks: list the component twice, under two paths, once for each"
            )
            return "track-barrier-outside-tracks", why
        if scope != "run" or self._per_run is None:
            return None
        if WARP % self._per_run and self._per_run % WARP:
            why = (
                f"is for the {self._per_run} threads of a run, which neither divide a warp of {WARP} nor are whole warps: use scope block, "
                "or another `launch.threads_per_run`"
            )
            return "run-barrier-of-odd-run", why
        if not around.whole_runs or (node.track is not None and node.track.start not in self._whole):
            why = (
                f"stands {where}, and some run of {self._per_run} threads lies partly in another track: let the threads of each track be "
                "a multiple of `launch.threads_per_run`, or use scope track"
            )
            return "run-in-two-tracks", why
        return None

    def _too_wide(self, node: Node, scope: BarrierScope) -> tuple[str, str] | None:
        width = BLOCK if scope != "run" else RUN if (self._per_run or 1) > 1 else ONE_THREAD
        if width <= min(node.together, self._around.together):
            return None
        who = "each run" if min(node.together, self._around.together) == RUN else "each thread"
        arm = _narrow_arm(node, width)
        where = "inside an arm of a branch, by a call" if arm is None else f"inside the arm {arm.structure.shown}"
        word = '"run" or "block"' if width == RUN else '"block"'
        why = (
            f"stands {where}, which {who} chooses for itself, so that some threads would never come to it: say `uniform` {word} of that "
            "branch if it is so, or let the barrier stand outside"
        )
        return "barrier-wider-than-uniform", why


def _narrow_arm(node: Node, width: int) -> Node | None:
    """The innermost arm around the node that not all threads of the barrier's scope choose together."""
    arm = node.arm
    while arm is not None and arm.structure.together >= width:
        arm = arm.parent.arm if arm.parent is not None else None
    return arm
