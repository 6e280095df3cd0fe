"""The hand-overs that a layout relies on: bytes that pass from one buffer to another across a barrier."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from solver.flatten.loops import Loops
from solver.flatten.problem import FlatManifest, FlatTimeline, Phases, Piece, RegionProblem
from solver.flatten.spans import Span, holds
from solver.flatten.tails import Tails
from solver.wire.layout import Handoff
from solver.wire.units import Bytes, Phase


def list_handoffs(flat: FlatManifest, problem: RegionProblem, offsets: Sequence[Bytes]) -> tuple[Handoff, ...]:
    """Every hand-over of a region whose items lie at `offsets` (bytes, in the order of `problem.items`).

    One stands for two pieces that share bytes, a way of the program from the end of one's life to the start of the
    other's on which neither is live, and the first covering barrier on that way. Buffers that one thread alone uses
    need none. Pairs that an alias lets overlap are not listed: nothing passes between them. The offsets must be those
    of a layout that keeps the rules.
    """
    if problem.private_to_thread:
        return ()
    tails = Tails(flat.timeline, Loops(flat.timeline.loops), "block" if problem.region == "block" else "run")
    found: list[Handoff] = []
    for a, b, start, end in _sharing(problem, offsets):
        for source, destination in ((a, b), (b, a)):
            for phase, barrier in sorted(_ways(tails, source.live, destination.live)):
                found.append(_handoff(flat.timeline, problem, source, destination, (start, end), phase, barrier))
    return tuple(sorted(found, key=lambda one: (one.phase, one.source, one.destination, one.barrier_before)))


def _sharing(problem: RegionProblem, offsets: Sequence[Bytes]) -> Iterator[tuple[Piece, Piece, Bytes, Bytes]]:
    """Pieces of different items with bytes in common, and those bytes: a sweep over the region."""
    placed = sorted(
        (
            (offsets[index] + piece.offset_bytes, offsets[index] + piece.offset_bytes + piece.size_bytes, index, piece)
            for index, item in enumerate(problem.items)
            for piece in item.pieces
            if piece.live
        ),
        key=lambda one: one[:3],
    )
    open_now: list[tuple[Bytes, Bytes, int, Piece]] = []
    for start, end, index, piece in placed:
        open_now = [one for one in open_now if one[1] > start]
        for _, other_end, other, other_piece in open_now:
            if other != index and (min(index, other), max(index, other)) not in problem.alias_permits:
                yield other_piece, piece, start, min(end, other_end)
        open_now.append((start, end, index, piece))


def _ways(tails: Tails, source: Phases, destination: Phases) -> set[tuple[Phase, Phase]]:
    """(phase in which the destination's life starts, first covering barrier) of every way from the source's end."""
    found: set[tuple[Phase, Phase]] = set()
    starts = sorted({span[0] for span in (*source.spans, *destination.spans)})
    ways: list[tuple[Phase, Phase | None]] = []
    for last, after in tails.exits(source):
        if not holds(destination.spans, last):
            ways.append((after, None))
    seen = set(ways)
    for phase, barrier in ways:
        for step in _onward(tails, source, destination, starts, phase, barrier, found):
            if step not in seen:
                seen.add(step)
                ways.append(step)
    return found


def _onward(
    tails: Tails,
    source: Phases,
    destination: Phases,
    starts: list[Phase],
    phase: Phase,
    barrier: Phase | None,
    found: set[tuple[Phase, Phase]],
) -> list[tuple[Phase, Phase | None]]:
    """Walk straight on from `phase`, note the start of the destination's life if that comes next, and name the loop
    heads that the walk could turn back to, each with the first barrier passed on the way."""
    if holds(source.spans, phase):
        return []
    stop = phase if holds(destination.spans, phase) else _next(starts, phase, tails.length)
    first = tails.next_barrier(phase)
    if holds(destination.spans, stop) and not holds(source.spans, stop):
        ordered_by = barrier if barrier is not None else (first if first <= stop else None)
        if ordered_by is not None:
            found.add((stop, ordered_by))
    turns: list[tuple[Phase, Phase | None]] = []
    for head, end in tails.loops.left_behind(phase, stop):
        turns.append((head, barrier if barrier is not None else (first if first < end else None)))
    return turns


def _next(starts: list[Phase], phase: Phase, length: Phase) -> Phase:
    index = bisect_left(starts, phase)
    return starts[index] if index < len(starts) else length


def _handoff(
    timeline: FlatTimeline,
    problem: RegionProblem,
    source: Piece,
    destination: Piece,
    common: Span,
    phase: Phase,
    barrier: Phase,
) -> Handoff:
    return Handoff(
        source.name,
        destination.name,
        problem.region,
        common[0],
        common[1],
        phase,
        timeline.names[phase],
        barrier,
        timeline.names[barrier],
    )
