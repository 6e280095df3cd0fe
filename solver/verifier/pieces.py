"""A piece: a buffer, or a part of one, with a place and a time of its own."""

from __future__ import annotations

from typing import NamedTuple

from warpack.solver.verifier.barriers import Threads
from warpack.solver.verifier.spans import Spans
from warpack.solver.verifier.stated import Stated
from warpack.solver.wire.manifest import Accesses, Lifetime, Scope, Zero
from warpack.solver.wire.units import Bytes, Phase


class Segment(NamedTuple):
    """A piece is needed in the phases `[start, end)`; `written`: at `start` it gets new contents on every way."""

    start: Phase
    end: Phase
    written: bool


class StoryPiece(NamedTuple):
    """A buffer, or one of its parts (`name` is then `component/name#part`), `offset_bytes` inside its buffer.

    `accesses`: the phases in which its threads may access it. `live`: those in which its contents must not be
    disturbed, accesses and what is carried. `occupied`: live, and on to the barriers that order the accesses of
    `threads`, and in the lanes beside. `begins`: the first phases of its intervals, or those that write every element.
    Persistent pieces are live in every phase; those never used have no phases at all.
    """

    name: str
    buffer: str
    offset_bytes: Bytes
    size_bytes: Bytes
    accesses: Spans
    live: Spans
    occupied: Spans
    begins: tuple[Phase, ...]
    persistent: bool
    scope: Scope
    threads: Threads
    """Whose accesses barriers have to order."""
    private: bool
    """Only one thread uses it, so program order is enough."""
    asynchronous: bool
    entry: bool
    """Zeros are written at the program's start."""
    zero: Zero
    dropped: bool
    lifetime: Lifetime | None
    """In the timeline that it counts in, with that of a buffer that states nothing."""
    accesses_in: Accesses | None
    given: bool
    """The manifest states when it is used."""
    stated: Stated

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The live phases, cut where new contents begin."""
        begins = frozenset(self.begins)
        found = []
        for start, end in self.live:
            for cut in [begin for begin in self.begins if start < begin < end]:
                found.append(Segment(start, cut, start in begins))
                start = cut
            found.append(Segment(start, end, start in begins))
        return tuple(found)
