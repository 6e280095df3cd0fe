"""Whether an in-place pair may lie in the same bytes: the two meet in the listed phase only, and under the right
conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from warpack.solver.verifier.barriers import Threads
from warpack.solver.verifier.in_place import InPlaceRanges
from warpack.solver.verifier.ordering import Ordering
from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.spans import Span, Spans, common, covers, inside, meet, merged, without
from warpack.solver.verifier.stops import NOWHERE, AtNextPhase, AtPhases
from warpack.solver.verifier.walking import exits, forwards
from warpack.solver.wire.units import Phase


class Handing(NamedTuple):
    """In the phases of one call, `write` takes over the bytes of `read`."""

    span: Span
    read: StoryPiece
    write: StoryPiece


@dataclass(frozen=True)
class Curing:
    """Judges listed pairs by SEMANTICS §6."""

    ordering: Ordering

    def reason_against(
        self, a: StoryPiece, b: StoryPiece, listed: Sequence[InPlaceRanges], threads: Threads
    ) -> str | None:
        """Why the two may not share bytes even at the one difference that all these pairs have; None where they may."""
        found = [self.handings(a, b, ranges, threads) for ranges in listed]
        good = [handing for handings, _ in found for handing in handings]
        reasons = [reason for _, reason in found if reason]
        phases = merged(handing.span for handing in good)
        if not inside(merged([*common(a.accesses, b.live), *common(a.live, b.accesses)]), phases):
            return reasons[0] if reasons else "they are both needed in another phase too"
        if self.ordering.in_two_lanes(a.accesses, b.accesses, threads, phases):
            return "they lie in lanes that may run at the same time"
        if any(self._unordered(one, other, good, threads) for one, other in ((a, b), (b, a))):
            return "no barrier stands on some way from the one to the other"
        return None

    def handings(
        self, a: StoryPiece, b: StoryPiece, ranges: InPlaceRanges, threads: Threads
    ) -> tuple[list[Handing], str]:
        """The calls in which one may hand its bytes on to the other, and why it may not in the others."""
        read, write = (a, b) if a.buffer == ranges.read else (b, a)
        reason = _against(read, ranges.phase, threads)
        if reason:
            return [], reason
        good = []
        for span in ranges.spans:
            here = self._against_call(read, write, span, threads)
            if here:
                reason = here
            else:
                good.append(Handing(span, read, write))
        return good, reason

    def _against_call(self, read: StoryPiece, write: StoryPiece, span: Span, threads: Threads) -> str:
        if not (span[0] in write.begins or self._comes_back(write, span[0])):
            return f"no interval of {write.name} begins in that phase"
        if self._comes_back(read, span[0]):
            return f"a way comes back to {read.name} in that phase, where nothing of it is kept"
        if read.entry and self._before_phase_0(span[0]):
            return f"the zeros of {read.name} from the program's start are still needed there"
        if self._read_again(read, span):
            return f"{read.name} is read again on a way from there"
        fenced = write.asynchronous and not read.asynchronous
        if (threads != "one" or fenced) and not self.ordering.barrier_before(span[0], threads, fenced=fenced):
            return "no barrier of the threads that share the two stands directly before that phase on every way into it"
        tracks = list(self.ordering.lanes.tracks_around(span[0]))
        if tracks:
            track = (self.ordering.lanes.lanes[tracks[0]].span,)
            if not (inside(read.accesses, track) and inside(write.accesses, track)):
                return "the phase lies in a track, and not all phases of both do"
        return ""

    def _before_phase_0(self, phase: Phase) -> bool:
        """Whether a way from the program's start reaches a phase before it reaches phase 0."""
        graph = self.ordering.graph
        return phase > 0 and covers(forwards(graph, [(graph.head, 0)], AtPhases(((0, 1),))).phases, phase)

    def _comes_back(self, piece: StoryPiece, phase: Phase) -> bool:
        """Whether some way leaves a dropped piece and next reaches it in this phase, where no interval begins."""
        if not piece.dropped or phase in piece.begins:
            return False
        graph, lives = self.ordering.graph, AtPhases(piece.accesses)
        between = forwards(graph, exits(graph, piece.accesses), lives).phases
        return phase in {place // 3 for place in forwards(graph, exits(graph, between), lives).stopped}

    def _read_again(self, read: StoryPiece, span: Span) -> bool:
        """Whether a way from the phase reaches a phase of the read at which no interval begins, before one at which an
        interval begins."""
        graph = self.ordering.graph
        start = [(graph.node_of(span[1] - 1), 3 * (span[1] - 1) + 2)]
        if read.dropped:  # coming back counts as a beginning; the phase directly after is no return
            stopped = forwards(graph, start, AtNextPhase(NOWHERE)).stopped
        else:
            stopped = forwards(graph, start, AtPhases(read.accesses)).stopped
        phases = {place // 3 for place in stopped}
        return any(covers(read.accesses, phase) and phase not in read.begins for phase in phases)

    def _unordered(self, source: StoryPiece, target: StoryPiece, good: Iterable[Handing], threads: Threads) -> bool:
        """Whether a way leads from an access of one to a later access of the other without a barrier for the two. Ways
        from the phase of the in-place read do not count: each thread continues with its own elements until the next
        barrier."""
        fenced = target.asynchronous and not source.asynchronous
        if threads == "one" and not fenced:
            return False
        ordering = self.ordering
        handed = [handing for handing in good if handing.read is source]
        taken = [handing for handing in good if handing.read is not source]
        phases = merged(handing.span for handing in [*handed, *taken])
        reached = ordering.reached(without(source.accesses, phases), threads, fenced=fenced)
        behind: Spans = merged((handing.span[1] - 1, handing.span[1]) for handing in taken)
        if meet(reached, target.accesses) or not behind:
            return meet(reached, target.accesses)
        stops = ordering.barriers.covering(threads, fenced=fenced)
        return meet(forwards(ordering.graph, exits(ordering.graph, behind), stops).phases, target.accesses)


def _against(read: StoryPiece, phase: Phase, threads: Threads) -> str:
    """What is wrong with the read wherever the timeline is called."""
    if not _ends_in(read, phase):
        return f"no interval of {read.name} that began before ends in that phase"
    if threads != "one" and read.zero == "interval":
        return f"{read.name} is zeroed by several threads"
    return ""


def _ends_in(piece: StoryPiece, phase: Phase) -> bool:
    """Whether the phase may be the last read of contents that were live before it."""
    if piece.accesses_in is not None:
        wanted = phase in piece.accesses_in.reads or phase in piece.accesses_in.updates
        return wanted and phase not in piece.accesses_in.writes
    return any(interval.end - 1 == phase and interval.start != phase for interval in piece.lifetime or ())
