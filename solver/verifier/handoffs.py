"""The hand-overs that a layout relies on, derived again: bytes pass from one piece to another, and a barrier on the
way, or the user's alias, orders the two."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.over import RunWindows, over_windows, sharing
from warpack.solver.verifier.passing import Arrival, passages
from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.placement import PlacedPiece
from warpack.solver.verifier.spans import Span
from warpack.solver.verifier.story import Story
from warpack.solver.wire.layout import MOST_PASSING_PAIRS, Handoff, Layout, Region
from warpack.solver.wire.units import Bytes


def check_handoffs(
    layout: Layout, placed: Sequence[PlacedPiece], windows: RunWindows, findings: Findings, *, left_out: bool = False
) -> int:
    """Compares the layout's list with the derived one, and returns the length of the latter. `left_out`: the layout
    says that there are too many to list. That is allowed where it is true and none is listed."""
    if left_out and not layout.handoffs and _too_many(placed, windows):
        return 0
    derived = derive_handoffs(findings.story, placed, windows)
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


class _Shared(NamedTuple):
    """Two pieces that have bytes in common, and where."""

    first: StoryPiece
    second: StoryPiece
    region: Region
    bytes: Span


def derive_handoffs(story: Story, placed: Sequence[PlacedPiece], windows: RunWindows) -> list[Handoff]:
    """Every hand-over of a layout, sorted. Those of one thread count only where bytes pass to an asynchronous
    access."""
    known: dict[object, set[Arrival]] = {}
    found: set[Handoff] = set()
    for shared in _pairs(placed, windows):
        threads = story.threads_of(shared.first, shared.second)
        by_alias = story.permits(shared.first, shared.second)
        for source, target in ((shared.first, shared.second), (shared.second, shared.first)):
            fenced = target.asynchronous and not source.asynchronous
            if threads == "one" and not fenced:
                continue
            key = (source.accesses, target.accesses, threads, fenced)
            arrivals = known.get(key)
            if arrivals is None:
                stops = story.ordering.barriers.covering(threads, fenced=fenced)
                arrivals = known[key] = passages(story.graph, source.accesses, target.accesses, stops)
            for arrival in arrivals:
                if arrival[1] is not None or by_alias:  # between others there is no hand-over without a barrier
                    found.add(_handoff(story, shared, (source, target), arrival, fenced=fenced))
    return sorted(found, key=lambda one: (*one.order, one.start_bytes))


def _handoff(
    story: Story, shared: _Shared, pieces: tuple[StoryPiece, StoryPiece], arrival: Arrival, *, fenced: bool
) -> Handoff:
    phase, place = arrival
    barrier = None if place is None else place // 3
    return Handoff(
        source=pieces[0].name,
        destination=pieces[1].name,
        region=shared.region,
        start_bytes=shared.bytes[0],
        end_bytes=shared.bytes[1],
        phase=phase,
        phase_name=story.phase_names[phase],
        barrier=barrier,
        barrier_name=None if barrier is None else story.phase_names[barrier],
        side=None if place is None else "before" if place % 3 == 0 else "after",
        ordered_by="alias" if place is None else "barrier",
        proxy_fence=fenced and place is not None,
    )


def _pairs(placed: Sequence[PlacedPiece], windows: RunWindows) -> Iterator[_Shared]:
    """Every pair of pieces with bytes in common between which bytes may be handed over, whenever they are live. Two
    pieces of one buffer share bytes only where its parts lie apart; they count like pieces of two buffers."""
    some_asynchronous = any(one.piece.asynchronous for one in placed)
    for region in ("block", "run"):
        threaded = [
            one
            for one in placed
            if one.region == region and one.piece.live and (not one.piece.private or some_asynchronous)
        ]
        for first, second in sharing_bytes(threaded):
            bytes_ = max(first.start, second.start), min(first.end, second.end)
            yield _Shared(first.piece, second.piece, first.region, bytes_)
    live = [one for one in placed if one.piece.live]
    for of_block, of_run in sharing(*over_windows(live, windows)):
        clipped = windows.clipped(live[of_block].start, live[of_block].end)
        if clipped is not None:
            yield _Shared(live[of_block].piece, live[of_run].piece, "block", clipped)


def sharing_bytes(placed: Sequence[PlacedPiece]) -> Iterator[tuple[PlacedPiece, PlacedPiece]]:
    """Every pair of pieces of one region with bytes in common."""
    active: list[PlacedPiece] = []
    for one in sorted(placed, key=lambda one: one.start):
        active = [other for other in active if other.end > one.start]
        for other in active:
            yield other, one
        active.append(one)


def _too_many(placed: Sequence[PlacedPiece], windows: RunWindows) -> bool:
    """Whether more pairs share bytes, and could hand them over, than a layout lists."""
    pairs = 0
    for region in ("block", "run"):
        threaded = [one for one in placed if one.region == region and not one.piece.private and one.piece.live]
        ends = sorted(one.end for one in threaded)
        for before, start in enumerate(sorted(one.start for one in threaded)):
            pairs += before - bisect_right(ends, start)  # those that start earlier, less those that have ended
            if pairs > MOST_PASSING_PAIRS:
                return True
    for _ in sharing(*over_windows([one for one in placed if one.piece.live], windows)):
        pairs += 1
        if pairs > MOST_PASSING_PAIRS:
            return True
    return False


def _add(rule: str, why: str, handoff: Handoff, findings: Findings) -> None:
    by = "by the user's alias alone"
    if handoff.ordered_by == "barrier":
        fence = " with a proxy fence" if handoff.proxy_fence else ""
        by = f"by the barrier{fence} {handoff.side} {handoff.barrier_name}"
    message = (
        f"bytes [{handoff.start_bytes}, {handoff.end_bytes}) of the {handoff.region} region pass from {handoff.source} to "
        f"{handoff.destination} at phase {handoff.phase_name}, ordered {by}: {why}"
    )
    phases = ((handoff.phase, handoff.phase + 1),) if 0 <= handoff.phase < findings.story.length else ()
    at: tuple[Bytes, Bytes] = (handoff.start_bytes, handoff.end_bytes)
    findings.add(rule, message, handoff.source, handoff.destination, region=handoff.region, at=at, phases=phases)
