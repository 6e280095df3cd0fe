"""The program as a tree: phases one after another, and the structures round them, each with the phases `[start, end)`
it spans.

All phases are those of the flattened program, in which every call is written out. The tree is for walking along chosen
ways: `children` gives the sequences inside an item, so that no walk has to be recursive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from warpack.solver.wire.manifest import Scope
from warpack.solver.wire.units import Phase


@dataclass(frozen=True, slots=True)
class Phases:
    """Plain phases one after another."""

    start: Phase
    end: Phase


@dataclass(frozen=True, slots=True)
class Loop:
    """The body any number of times, at least `at_least` times; a trip may also end the loop right after a phase in
    `breaks`. An `endless` loop is entered, and left by its breaks alone."""

    start: Phase
    end: Phase
    body: Sequence
    at_least: int = 0
    breaks: tuple[Phase, ...] = ()
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """Exactly one of the arms, or with `may_skip` possibly none."""

    start: Phase
    end: Phase
    arms: tuple[Sequence, ...]
    arm_spans: tuple[tuple[Phase, Phase], ...]
    may_skip: bool = False
    uniform: Scope | None = None


@dataclass(frozen=True, slots=True)
class Tracks:
    """All run at the same time, each on threads of its own; a thread runs the same track in every call. `threads` None:
    all threads that the others leave. `stated`: the owner of the timeline that states it, and the first phase there."""

    start: Phase
    end: Phase
    tracks: tuple[Sequence, ...]
    track_spans: tuple[tuple[Phase, Phase], ...]
    names: tuple[str, ...]
    threads: tuple[int | None, ...]
    stated: tuple[str, Phase] = ("", 0)


@dataclass(frozen=True, slots=True)
class Call:
    """A calling phase: `enter` (the phase `start`), every component once, in any order and interleaved, `exit`
    (`end - 1`)."""

    start: Phase
    end: Phase
    paths: tuple[str, ...]
    components: tuple[Sequence, ...]
    component_spans: tuple[tuple[Phase, Phase], ...]


Item: TypeAlias = Phases | Loop | Branch | Tracks | Call
Sequence: TypeAlias = tuple[Item, ...]


def children(item: Item) -> tuple[Sequence, ...]:
    """The sequences inside an item, in program order."""
    if isinstance(item, Loop):
        return (item.body,)
    if isinstance(item, Branch):
        return item.arms
    if isinstance(item, Tracks):
        return item.tracks
    return item.components if isinstance(item, Call) else ()
