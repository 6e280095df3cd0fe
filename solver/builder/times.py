"""Phases, intervals and lifetimes as the document spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

from warpack.solver.builder.phases import Phase, PhaseLike, Phases, span_of, spelled_phase

if TYPE_CHECKING:
    from warpack.solver.builder.clock import Clock

Interval = Phase | Phases | str | tuple[PhaseLike, PhaseLike]
"""One phase, phases that were added together, or the first and the last of an interval: handles or names, both
included, or `[start, end)` in integers."""

Times = Interval | list[Interval] | Literal["active"]
"""A lifetime: an interval, a list of them ([]: never used), or the active phases of the component."""


def spelled_times(clock: Clock, times: Times) -> Any:
    """A lifetime as the document has it. Raises TypeError for what is none, ValueError for handles of another
    timeline."""
    if times == "active":
        return "active"
    return [_interval(clock, one) for one in times] if isinstance(times, list) else [_interval(clock, times)]


def spelled_intervals(clock: Clock, times: Interval | list[Interval]) -> list[Any]:
    """Phases in which a component is active."""
    return [_interval(clock, one) for one in (times if isinstance(times, list) else [times])]


def _interval(clock: Clock, interval: Interval) -> list[Any]:
    if isinstance(interval, Phases):
        first, last = interval[0], interval[-1]
    elif isinstance(interval, Phase | str):
        first = last = interval  # type: ignore[assignment]  # a name is one too
    elif isinstance(interval, tuple) and len(interval) == 2:
        if all(isinstance(end, SupportsIndex) for end in interval):
            return list(interval)
        first, last = interval  # type: ignore[assignment]  # names are ends too
    else:
        raise TypeError(
            f"an interval is a phase, or a tuple of the first and the last, and not {interval!r}; several are a list"
        )
    return span_of(spelled_phase(clock, first), spelled_phase(clock, last))
