"""From a stated lifetime to the phases of the program: where contents are written, and from where to where they count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from solver.verifier.clocks import Call
from solver.verifier.flow import Flow
from solver.verifier.spans import Span, Spans, covers, merged
from solver.wire.manifest import Interval, Lifetime, Timeline
from solver.wire.units import Phase


class Segment(NamedTuple):
    """Contents that count in phases `[start, end)` of the program.

    `written` True: they are written at `start`, whichever way control came. False: they come in from the phase that ran
    before wherever the piece is live in that (the last phase of a loop whose head `start` is, on the first trip also what entered
    from before), and are written anew only where it is not.
    """

    start: Phase
    end: Phase
    written: bool


def stated_spans(lifetime: Lifetime | None, timeline: Timeline, calls: Iterable[Call]) -> list[tuple[Span, bool]]:
    """Each stated interval in each call, as a span of the program and whether contents are carried into its start.

    `lifetime` None means every phase of the timeline. Where the piece is used at all it also counts throughout the
    sections of the components that are called in the same phase.
    """
    intervals = (Interval(0, timeline.length),) if lifetime is None else lifetime
    if not intervals:
        return []
    result: list[tuple[Span, bool]] = []
    for call in calls:
        for start, end in intervals:
            if start < end:
                result.append(((call.spans[start][0], call.spans[end - 1][1]), False))
            else:
                head, beyond = _loop_around(timeline, start, end)
                result.append(((call.spans[start][0], call.spans[beyond - 1][1]), False))
                result.append(((call.spans[head][0], call.spans[end - 1][1]), True))
        result.extend((rival, False) for rival in call.rivals)
    return result


def segments_of(stated: list[tuple[Span, bool]], flow: Flow) -> tuple[tuple[Segment, ...], Spans]:
    """The segments of a piece, sorted, and the phases in which it is live.

    Contents that enter a loop from before and are not live in its last phase are written anew at its head; what is live
    in a loop's last and in its first phase is carried over.
    """
    live = merged([span for span, _ in stated])
    segments: list[Segment] = []
    for (start, end), carried in sorted(stated):
        loop = flow.loop_at_head(start)
        written = not carried and not (loop is not None and covers(live, loop[1] - 1))
        if flow.innermost[end - 1] >= 0:
            for cut in _rewrites(start, end, live, flow):
                segments.append(Segment(start, cut, written))
                start, written = cut, True
        segments.append(Segment(start, end, written))
    return tuple(segments), live


def _rewrites(start: Phase, end: Phase, live: Spans, flow: Flow) -> list[Phase]:
    """The loop heads inside `[start, end)` at which contents from before are written anew. Such a loop reaches beyond
    `end`, so it is one of those around the last phase."""
    cuts = []
    for head, beyond in flow.loops_around(end - 1):
        if head <= start:
            break
        if beyond > end and flow.loop_at_head(head) == (head, beyond) and not covers(live, beyond - 1):
            cuts.append(head)
    return cuts[::-1]


def _loop_around(timeline: Timeline, start: Phase, end: Phase) -> Span:
    """The innermost loop round which `[start, end)` wraps."""
    around = [loop for loop in timeline.loops if loop[0] <= start < loop[1] and loop[0] < end <= loop[1]]
    if not around:
        raise ValueError(f"interval [{start}, {end}) wraps, but no loop holds both ends")
    return min(around, key=lambda loop: loop[1] - loop[0])
