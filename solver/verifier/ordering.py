"""How far the accesses of a piece reach: the phases in which other threads may still be doing them, and phases in other
lanes."""

from __future__ import annotations

from dataclasses import dataclass, field

from warpack.solver.verifier.barriers import Barriers, Threads
from warpack.solver.verifier.graph import Graph
from warpack.solver.verifier.lanes import Fork, Lanes
from warpack.solver.verifier.reaching import Reaching
from warpack.solver.verifier.spans import Spans, common, inside, meet, merged, without
from warpack.solver.verifier.stops import AtNextPhase
from warpack.solver.verifier.walking import backwards
from warpack.solver.wire.units import Phase


@dataclass(frozen=True)
class Ordering:
    """The effect of barriers and lanes on accesses. Answers are cached, since many pieces are accessed in the same
    phases."""

    graph: Graph
    lanes: Lanes
    barriers: Barriers
    _reached: dict[tuple[Spans, Threads, bool], Spans] = field(default_factory=dict)
    _reaching: dict[tuple[Threads, bool], Reaching] = field(default_factory=dict)
    _beside: dict[tuple[Spans, Threads], Spans] = field(default_factory=dict)

    def reached(self, accesses: Spans, threads: Threads, *, fenced: bool = False) -> Spans:
        """The phases that some way reaches from one of these without a barrier that orders the accesses of
        `threads`."""
        key = (accesses, threads, fenced)
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = self._reach(accesses, threads, fenced)
        return found

    def _reach(self, accesses: Spans, threads: Threads, fenced: bool) -> Spans:
        reaching = self._reaching.get((threads, fenced))
        if reaching is None:
            stops = self.barriers.covering(threads, fenced=fenced)
            reaching = self._reaching[threads, fenced] = Reaching(self.graph, stops)
        reached: list[tuple[Phase, Phase]] = []
        for group, others in self._by_track(accesses, threads):
            reached += without(reaching.behind(group), others)
        return merged(reached)

    def _by_track(self, accesses: Spans, threads: Threads) -> list[tuple[Spans, Spans]]:
        """The accesses by the tracks that they lie in, with the tracks that their ways never reach: where tracks split
        no run, the threads of a run never enter another track."""
        groups: list[tuple[Spans, Spans]] = [(accesses, ())]
        for fork in self.lanes.forks:
            if fork.kind == "tracks" and fork.runs_whole and threads in ("one", "run"):
                hull: Spans = ((fork.lanes[0][0], fork.lanes[-1][1]),)
                split = [(without(one, hull), others) for one, others in groups]
                for track in fork.lanes:
                    beside = without(hull, (track,))
                    split += [(common(one, (track,)), merged([*others, *beside])) for one, others in groups]
                groups = [(one, others) for one, others in split if one]
        return groups

    def beside(self, accesses: Spans, threads: Threads) -> Spans:
        """The phases that lie in other lanes than some of these, where threads that do not go together may be at the
        same time."""
        key = (accesses, threads)
        found = self._beside.get(key)
        if found is None:
            others = [lanes for fork, lanes in self.lanes.other_lanes(accesses) if not _together(fork, threads)]
            found = self._beside[key] = merged(span for lanes in others for span in lanes)
        return found

    def in_two_lanes(self, first: Spans, second: Spans, threads: Threads, but: Spans) -> bool:
        """Whether some phases of the first and some of the second lie in two lanes in which such threads may be at the
        same time. Forks inside the phases of `but` do not count: a call made there is one phase of its caller."""
        for fork in self.lanes.forks:
            hull = ((fork.lanes[0][0], fork.lanes[-1][1]),)
            if not inside(hull, but) and not _together(fork, threads):
                of_first, of_second = (
                    {number for number, lane in enumerate(fork.lanes) if meet(spans, (lane,))}
                    for spans in (first, second)
                )
                if of_first and of_second and len(of_first | of_second) > 1:
                    return True
        return False

    def barrier_before(self, phase: Phase, threads: Threads, *, fenced: bool = False) -> bool:
        """Whether a barrier that orders the accesses of `threads` stands directly before a phase, on every way into
        it."""
        stops = AtNextPhase(self.barriers.covering(threads, fenced=fenced))
        walk = backwards(self.graph, [(self.graph.node_of(phase), 3 * phase + 1)], stops)
        return self.graph.head not in walk.seen and all(place % 3 != 1 for place in walk.stopped)


def _together(fork: Fork, threads: Threads) -> bool:
    """Whether threads that share something are always in the same lane, or never at the same time in two."""
    if fork.kind == "beside":
        return False
    if fork.kind == "tracks":
        return threads in ("one", "run") and fork.runs_whole
    return threads == "one" or fork.uniform == "block" or (threads == "run" and fork.uniform == "run")
