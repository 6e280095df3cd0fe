"""What a manifest says about time: phases, the structures over them, barriers, and when a buffer is accessed.

What each means is docs/time.md. Phases are indices; spans are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from warpack.solver.wire.units import Phase

Scope = Literal["run", "block"]
BarrierScope = Literal["run", "track", "block"]
Reentry = Literal["kept", "dropped"]

Span = tuple[Phase, Phase]
"""Phases `[start, end)` of one timeline."""


class Interval(NamedTuple):
    """Phases from a write of every element at `start` to a last read in `end - 1`. With `start >= end` it wraps round
    the innermost loop that holds both phases; `start == end` goes exactly once round that loop."""

    start: Phase
    end: Phase


Lifetime = tuple[Interval, ...]


class Accesses(NamedTuple):
    """Phases in which a buffer is accessed, each sorted: a write overwrites every element before anything reads it in
    that phase, an update writes some or reads first. A phase may stand in several."""

    writes: tuple[Phase, ...] = ()
    updates: tuple[Phase, ...] = ()
    reads: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True)
class Barrier:
    """All threads of `scope` wait for one another each time just before phase `phase`, or just after it. `proxy_fence`:
    each of them ran a proxy fence before it waited."""

    phase: Phase
    scope: BarrierScope = "block"
    after: bool = False
    proxy_fence: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """The phases `[start, end)` run any number of times, or not at all unless `at_least` is 1. A trip may also end the
    loop right after a phase in `breaks`; an `endless` loop is entered, and ends by its breaks alone."""

    start: Phase
    end: Phase
    at_least: Literal[0, 1] = 0
    breaks: tuple[Phase, ...] = ()
    endless: bool = False

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Branch:
    """Exactly one of the adjacent `arms` runs, or with `may_skip` possibly none. `uniform`: which threads choose
    together (None: each chooses for itself)."""

    arms: tuple[Span, ...]
    may_skip: bool = False
    uniform: Scope | None = None

    @property
    def span(self) -> Span:
        return self.arms[0][0], self.arms[-1][1]


@dataclass(frozen=True, slots=True)
class Track:
    """Phases `[start, end)` that so many threads of the block run while the other tracks run (warp specialisation).
    `threads` None: all threads that the others leave."""

    name: str
    start: Phase
    end: Phase
    threads: int | None

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Timeline:
    """Phases in program order, `names` absent where only a length was given. Structures are properly nested. `loops`
    and `branches` are sorted by start, outer ones first; of loops over the same span the first is the outer. `tracks`
    are groups of adjacent tracks, all of a group run at once, in the order of the block's threads. `barriers` are
    sorted, each stands once."""

    length: int = 1
    names: tuple[str, ...] | None = None
    loops: tuple[Loop, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    branches: tuple[Branch, ...] = ()
    tracks: tuple[tuple[Track, ...], ...] = ()

    def phase_name(self, phase: Phase) -> str:
        return self.names[phase] if self.names is not None else str(phase)
