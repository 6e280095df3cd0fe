"""The hand-overs between threads that a layout relies on, derived again: bytes that several threads share pass from one
piece to another, and a barrier on the way orders the two."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from solver.verifier.findings import Findings
from solver.verifier.flow import Flow
from solver.verifier.placement import PlacedPiece
from solver.verifier.spans import Spans, covers
from solver.verifier.story import Story
from solver.wire.layout import MOST_PASSING_PAIRS, Handoff, Layout
from solver.wire.units import Phase


def check_handoffs(layout: Layout, placed: Sequence[PlacedPiece], findings: Findings, *, left_out: bool = False) -> int:
    """Compares the layout's list with the derived one; returns the length of the latter. `left_out`: the layout says that there
    are too many to be listed; it may, where that is so and none is listed."""
    if left_out and not layout.handoffs and _too_many(placed):
        return 0
    derived = derive_handoffs(findings.story, placed)
    known, stated = set(derived), set(layout.handoffs)
    for handoff in derived:
        if handoff not in stated:
            _add("handoff-missing", "the layout does not list that", handoff, findings)
    for handoff in layout.handoffs:
        if handoff not in known:
            _add("handoff-unknown", "the layout lists it, but no way of the program has it", handoff, findings)
    if stated == known and list(layout.handoffs) != derived:
        findings.add("handoff-order", "the hand-overs are listed twice or not in order of phase, from, to and barrier")
    return len(derived)


def _too_many(placed: Sequence[PlacedPiece]) -> bool:
    """Whether more pairs that could hand over share bytes than a layout lists."""
    pairs = 0
    for region in ("block", "run"):
        threaded = [one for one in placed if one.region == region and not one.piece.private and one.piece.live]
        ends = sorted(one.end for one in threaded)
        for before, start in enumerate(sorted(one.start for one in threaded)):
            pairs += before - bisect_right(ends, start)  # those that start earlier, less those that have ended
            if pairs > MOST_PASSING_PAIRS:
                return True
    return False


def derive_handoffs(story: Story, placed: Sequence[PlacedPiece]) -> list[Handoff]:
    """Every hand-over: source and destination share bytes, control can go from the end of a stretch of the source's
    life to the start of one of the destination's with neither live between, past a covering barrier. Sorted."""
    found: set[Handoff] = set()
    for region in ("block", "run"):
        threaded = [one for one in placed if one.region == region and not one.piece.private and one.piece.live]
        for first, second in sharing_bytes(threaded):
            if frozenset((first.piece.buffer, second.piece.buffer)) in story.alias_permits:
                continue
            start, end = max(first.start, second.start), min(first.end, second.end)
            for one, other in ((first.piece, second.piece), (second.piece, first.piece)):
                for phase, barrier in ways(story.flow, one.scope, one.live, other.live):
                    names = story.phase_names[phase], story.phase_names[barrier]
                    found.add(
                        Handoff(one.name, other.name, first.region, start, end, phase, names[0], barrier, names[1])
                    )
    return sorted(found, key=lambda one: (one.phase, one.source, one.destination, one.barrier_before, one.start_bytes))


def sharing_bytes(placed: Sequence[PlacedPiece]) -> Iterator[tuple[PlacedPiece, PlacedPiece]]:
    """Every pair of pieces with bytes in common, whenever they are live. Those of one buffer have such only where its parts
    lie apart; their contents are as different as those of two buffers."""
    active: list[PlacedPiece] = []
    for one in sorted(placed, key=lambda one: one.start):
        active = [other for other in active if other.end > one.start]
        for other in active:
            yield other, one
        active.append(one)


def ways(flow: Flow, scope: str, source: Spans, destination: Spans) -> set[tuple[Phase, Phase]]:
    """(phase, barrier) of every way from an end of the source's life to a start of the destination's, without a phase
    of either between: the phase in which the destination becomes live, and the first covering barrier on the way.

    Where both are live in the phase that the way leaves, the contents were handed over in place: no way starts there.
    """
    waiting: list[tuple[Phase, Phase | None]] = []
    for start, end in source:
        # loops that end in this stretch and start before it: their back edge leaves the source's life
        edges = [(end - 1, end)] if end < flow.length else []
        edges += [(beyond - 1, first) for first, beyond in flow.loops_around(start) if beyond <= end and first < start]
        for last, following in edges:
            if not covers(source, following) and not covers(destination, last):
                waiting.append((following, None))
    found: set[tuple[Phase, Phase]] = set()
    seen = set(waiting)
    while waiting:
        phase, barrier = waiting.pop()
        if covers(source, phase):
            continue
        stop = min(_next_live(source, phase, flow.length), _next_live(destination, phase, flow.length))
        nearest = flow.next_barrier(phase, scope)
        if stop < flow.length and not covers(source, stop):
            before = nearest if barrier is None and nearest <= stop else barrier
            if before is not None:
                found.add((stop, before))
        for last, head in _turns_between(flow, phase, stop):
            step = (head, nearest if barrier is None and nearest <= last else barrier)
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return found


def _next_live(live: Spans, phase: Phase, length: Phase) -> Phase:
    """The first phase at or after `phase` that is in `live`."""
    at = bisect_right(live, phase, key=lambda span: span[0]) - 1
    if at >= 0 and phase < live[at][1]:
        return phase
    return live[at + 1][0] if at + 1 < len(live) else length


def _turns_between(flow: Flow, phase: Phase, stop: Phase) -> Iterator[tuple[Phase, Phase]]:
    """The back edges (last phase, head) of loops whose last phase lies in `[phase, stop)`."""
    ended = flow.loops_by_end
    for beyond, first in ended[bisect_left(ended, (phase + 1, -1)) : bisect_left(ended, (stop + 1, -1))]:
        yield beyond - 1, first


def _add(rule: str, why: str, handoff: Handoff, findings: Findings) -> None:
    message = (
        f"bytes [{handoff.start_bytes}, {handoff.end_bytes}) of the {handoff.region} region pass from {handoff.source} to "
        f"{handoff.destination} at phase {handoff.phase_name}, ordered by the barrier before "
        f"{handoff.barrier_before_name}: {why}"
    )
    phases = ((handoff.phase, handoff.phase + 1),) if 0 <= handoff.phase < findings.story.length else ()
    at = (handoff.start_bytes, handoff.end_bytes)
    findings.add(rule, message, handoff.source, handoff.destination, region=handoff.region, at=at, phases=phases)
