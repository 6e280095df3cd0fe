"""Makes the pieces of a story, one buffer after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from warpack.solver.verifier.barriers import Threads
from warpack.solver.verifier.lives import Lives
from warpack.solver.verifier.ordering import Ordering
from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.program import Program
from warpack.solver.verifier.spans import Spans, merged
from warpack.solver.verifier.stated import Clock, Stated
from warpack.solver.wire.manifest import Buffer, Lifetime, Manifest, Part, Reentry
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True)
class PieceBuilder:
    """Builds pieces, and caches what the buffers of one component have in common."""

    manifest: Manifest
    program: Program
    ordering: Ordering
    lives: Lives
    _clocks: dict[str, Clock] = field(default_factory=dict)

    def pieces(self, buffer: Buffer) -> Iterator[StoryPiece]:
        """The pieces of a buffer; none where it has no bytes."""
        clock = self._clocks.get(buffer.component)
        if clock is None:
            clock = self._clocks[buffer.component] = Clock.of(self.manifest, buffer.component, self.program)
        name = buffer.full_name
        if not buffer.parts:
            if buffer.size_bytes:
                yield self._piece(
                    buffer, clock, buffer, name, (name, 0, buffer.size_bytes), entry=buffer.zero == "entry"
                )
            return
        first = [part for part in buffer.parts if _starts(part)] or list(buffer.parts)
        for part in buffer.parts:
            bytes_of = buffer.dtype.bytes_of
            if part.size:
                place = (buffer.part_name(part), bytes_of(part.offset), bytes_of(part.size))
                entry = buffer.zero == "entry" and part in first
                yield self._piece(buffer, clock, part, name, place, entry=entry)

    def _piece(
        self,
        buffer: Buffer,
        clock: Clock,
        word: Buffer | Part,
        full_name: str,
        place: tuple[str, Bytes, Bytes],
        *,
        entry: bool,
    ) -> StoryPiece:
        lifetime: Lifetime | None = None
        if buffer.persistent:
            everywhere: Spans = ((0, self.program.length),)
            stated = Stated(everywhere, (0,))
        elif word.accesses_in is not None:
            stated = clock.accesses_in(word.accesses_in)
        else:
            lifetime = clock.always if word.lifetime is None else word.lifetime
            stated = clock.all_along if word.lifetime is None else clock.lifetime(lifetime)
        entry = entry and not buffer.persistent
        reentry: Reentry = "kept" if stated.by_access else word.reentry
        carried = self.lives.carried(stated, reentry, entry=entry, of_run=buffer.scope == "run")
        live = merged((*stated.accesses, *carried)) if carried else stated.accesses
        private = self.manifest.private_to_thread(buffer)
        threads = self._threads(buffer, stated.accesses, private=private)
        reached = () if private else self.ordering.reached(stated.accesses, threads)
        beside = self.ordering.beside(stated.accesses, threads) if self.ordering.lanes.forks else ()
        return StoryPiece(
            name=place[0],
            buffer=full_name,
            offset_bytes=place[1],
            size_bytes=place[2],
            accesses=stated.accesses,
            live=live,
            occupied=merged((*live, *reached, *beside)) if reached or beside else live,
            begins=stated.begins,
            persistent=buffer.persistent,
            scope=buffer.scope,
            threads=threads,
            private=private,
            asynchronous=buffer.asynchronous,
            entry=entry,
            zero=buffer.zero,
            dropped=reentry == "dropped",
            lifetime=lifetime,
            accesses_in=word.accesses_in,
            given=buffer.lifetime_given,
            stated=stated,
        )

    def _threads(self, buffer: Buffer, accesses: Spans, *, private: bool) -> Threads:
        if buffer.scope == "run":
            return "one" if private else "run"
        track = self.ordering.lanes.track_of(accesses) if self.ordering.barriers.of_tracks else None
        return "block" if track is None else track


def _starts(part: Part) -> bool:
    """Whether zeros from the program's start are for this part."""
    if part.accesses_in is not None:
        return 0 in (*part.accesses_in.writes, *part.accesses_in.updates, *part.accesses_in.reads)
    return part.lifetime is None or any(interval.start == 0 for interval in part.lifetime)
