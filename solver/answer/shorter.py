"""Lifetimes that could be one phase shorter, and the region with each of these changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from warpack.solver.flatten.problem import FlatTimeline, Phases, Piece, RegionProblem
from warpack.solver.wire.units import Phase

Change = Literal["ends_earlier", "starts_later"]


@dataclass(frozen=True, slots=True)
class Shorter:
    """Piece number `piece` of item `item` without `phase`, its last (`ends_earlier`) or its first (`starts_later`) of a
    stretch of at least two phases."""

    item: int
    piece: int
    phase: Phase
    change: Change


def shorter_lifetimes(problem: RegionProblem, timeline: FlatTimeline) -> Iterator[Shorter]:
    """Every such change. These are left out: pieces that are live in all phases; changes in a loop, where they may
    decide what is carried round it (`unknown_in_loops`); items of in-place pairs, whose permission depends on where
    both end; regions where conflicts depend on more than phases; and, where threads share the buffer, phases that would
    stay occupied because no barrier stands directly before them."""
    if not problem.plain:
        return
    paired = {number for entry in problem.in_place for number in (entry.read, entry.write)}
    for number, item in enumerate(problem.items):
        if number in paired:
            continue
        for place, piece in enumerate(item.pieces):
            for start, end in piece.live.spans:
                if end - start < 2 or end - start == timeline.length:
                    continue
                for phase, change in _ends(start, end):
                    if not _carries(piece, phase, timeline) and _freed(problem, timeline, phase):
                        yield Shorter(number, place, phase, change)


def unknown_in_loops(problem: RegionProblem, timeline: FlatTimeline) -> bool:
    """Whether some change is left out because of a loop, or because conflicts depend on more than phases."""
    return not problem.plain or any(
        _carries(piece, phase, timeline)
        for item in problem.items
        for piece in item.pieces
        for start, end in piece.live.spans
        if 2 <= end - start < timeline.length
        for phase, _ in _ends(start, end)
    )


def _ends(start: Phase, end: Phase) -> tuple[tuple[Phase, Change], tuple[Phase, Change]]:
    return (end - 1, "ends_earlier"), (start, "starts_later")


def shortened(piece: Piece, phase: Phase) -> Piece:
    """The piece without one phase. Where threads share it, the occupied phases after an earlier end stay as they are:
    there may be fewer then, never more."""
    return piece._replace(live=_without(piece.live, phase), occupied=_without(piece.occupied, phase))


def with_shorter(problem: RegionProblem, change: Shorter) -> RegionProblem:
    items = list(problem.items)
    item = items[change.item]
    pieces = list(item.pieces)
    pieces[change.piece] = shortened(pieces[change.piece], change.phase)
    items[change.item] = item._replace(pieces=tuple(pieces))
    return replace(problem, items=tuple(items))


def _carries(piece: Piece, phase: Phase, timeline: FlatTimeline) -> bool:
    """Whether a loop goes round the phase, in which the piece has more than one stretch inside the loop: what a stretch
    begins with, and what it leaves, may then decide what is carried from one round to the next."""
    for head, end in timeline.loops:
        if head <= phase < end:
            within = [span for span in piece.live.spans if span[0] < end and head < span[1]]
            if len(within) > 1 or within[0][0] <= head or end <= within[0][1]:
                return True
    return False


def _freed(problem: RegionProblem, timeline: FlatTimeline, phase: Phase) -> bool:
    """Whether a phase that is no longer live is no longer occupied either, whatever is live before it."""
    return problem.private_to_thread or phase in timeline.waits.get(problem.region, ())


def _without(phases: Phases, phase: Phase) -> Phases:
    spans: list[tuple[Phase, Phase]] = []
    for start, end in phases.spans:
        if start <= phase < end:
            spans += [span for span in ((start, phase), (phase + 1, end)) if span[0] < span[1]]
        else:
            spans.append((start, end))
    return Phases(tuple(spans))
