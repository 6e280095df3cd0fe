"""Loops of the timeline: spans of phases that run any number of times, and where a trip may end them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.trace.summary.model import Loop, Order, Summary
from warpack.gpu_runtime.trace.timeline.phases import Phase


@dataclass(frozen=True, slots=True)
class Span:
    """Phases `first` to `last` are a loop. `breaks`: phases after which a trip may end it. `at_least`: 1 where it is
    never skipped; `endless`: it ends by its breaks alone."""

    loop: Loop
    first: int
    last: int
    at_least: int
    endless: bool
    breaks: tuple[int, ...]


def spans_of(summary: Summary, phases: Sequence[Phase]) -> list[Span]:
    """The loops that phases lie in, outer ones first."""
    found = []
    for loop in summary.loops:
        inside = [index for index, phase in enumerate(phases) if loop.path in phase.loops]
        if inside:
            found.append(_span(loop, phases, inside))
    return sorted(found, key=lambda span: (span.first, -span.last, span.loop.order))


def _span(loop: Loop, phases: Sequence[Phase], inside: list[int]) -> Span:
    left_early = loop.returns and len(loop.path) > 1  # by a return to the caller, which goes on
    breaks = [_before(loop, phases, inside, order) for order in loop.breaks]
    test = None if loop.test_order is None else _before(loop, phases, inside, loop.test_order, at_too=True)
    tested = test is not None and not loop.endless
    from_start = None in breaks
    places = {index for index in (*breaks, test if tested else None) if index is not None} - {inside[-1]}
    endless = loop.endless and bool(places) and not from_start and not left_early and inside[-1] not in breaks
    sure = loop.least_trips > 0 or tested or loop.endless
    return Span(
        loop=loop,
        first=inside[0],
        last=inside[-1],
        at_least=int(sure and not from_start and not left_early and not endless),
        endless=endless,
        breaks=tuple(sorted(places)),
    )


def _before(
    loop: Loop, phases: Sequence[Phase], inside: list[int], order: Order, *, at_too: bool = False
) -> int | None:
    """The phase of the last place in the loop that comes before a place (or at it, or in it); None: there is none."""
    for index in reversed(inside):
        for place in phases[index].places:
            at = place.order[: len(order)]
            if at < order or (at_too and at == order):
                return index
    return None
