"""What happens to every buffer in the course of the program, derived from the manifest alone.

The verifier judges layouts by it, and the probe is planned from it. It shares nothing with the optimiser but the wire types.
Shared, `auto` and local buffers all have their pieces here: whoever asks filters by the regions of a layout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from solver.verifier.clocks import Call, Program, write_out
from solver.verifier.flow import Flow
from solver.verifier.in_place import InPlaceRanges, in_place_ranges
from solver.verifier.lifetimes import Segment, segments_of, stated_spans
from solver.verifier.spans import Span, Spans, common, covers, inside, merged
from solver.verifier.takeover import keeps_contents
from solver.wire.manifest import Buffer, Lifetime, Manifest, Scope, Timeline
from solver.wire.units import Bytes, Phase

__all__ = ["Conflict", "Segment", "Story", "StoryPiece", "derive"]


class StoryPiece(NamedTuple):
    """A buffer, or one of its parts (`name` is then `component/name#part`), `offset_bytes` inside its buffer.

    `live`: the phases in which its contents count. `occupied`: live, and on to the barriers that free its bytes where
    several threads use it. Persistent pieces are live in every phase; those never used have no phases at all.
    `segments` are sorted; touching ones are separate writes.
    """

    name: str
    buffer: str
    offset_bytes: Bytes
    size_bytes: Bytes
    segments: tuple[Segment, ...]
    live: Spans
    occupied: Spans
    persistent: bool
    scope: Scope
    private: bool
    """One thread alone uses it, so that program order is order enough."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two pieces that must not share a byte. `phases`: where both are occupied (empty possible where `apart`).

    `allowed_differences`: address of the second minus address of the first piece, in bytes, at which an in-place pair may
    share bytes all the same; empty where nothing cures the conflict.
    """

    phases: Spans
    allowed_differences: tuple[Bytes, ...] = ()
    apart: bool = False

    @property
    def allowed_difference(self) -> Bytes | None:
        """The cured difference; the first one, should several be listed."""
        return self.allowed_differences[0] if self.allowed_differences else None


@dataclass(frozen=True)
class Story:
    """The program with every call written out, and the pieces in it. `barriers` maps a phase to the scopes of the
    barriers directly before it. `apart` and `alias_permits` are pairs of full buffer names."""

    length: int
    phase_names: tuple[str, ...]
    loops: tuple[Span, ...]
    barriers: dict[Phase, frozenset[str]]
    pieces: tuple[StoryPiece, ...]
    in_place: tuple[InPlaceRanges, ...] = ()
    apart: frozenset[frozenset[str]] = frozenset()
    alias_permits: frozenset[frozenset[str]] = frozenset()
    flow: Flow = field(repr=False, kw_only=True)

    @cached_property
    def pieces_of(self) -> dict[str, tuple[StoryPiece, ...]]:
        """Pieces by the full name of their buffer; buffers of no bytes have none."""
        found: dict[str, list[StoryPiece]] = defaultdict(list)
        for piece in self.pieces:
            found[piece.buffer].append(piece)
        return {name: tuple(pieces) for name, pieces in found.items()}

    @cached_property
    def _in_place_by_pair(self) -> dict[frozenset[str], list[InPlaceRanges]]:
        found: dict[frozenset[str], list[InPlaceRanges]] = defaultdict(list)
        for ranges in self.in_place:
            found[frozenset((ranges.read, ranges.write))].append(ranges)
        return dict(found)

    def writes(self, piece: StoryPiece, previous: Phase | None, phase: Phase) -> bool:
        """Whether `piece` gets new contents when control passes from phase `previous` (None: the kernel starts) to `phase`."""
        if not covers(piece.live, phase):
            return False
        if previous is None or not covers(piece.live, previous):
            return True
        return any(segment.start == phase and segment.written for segment in piece.segments)

    def conflict(self, a: StoryPiece, b: StoryPiece) -> Conflict | None:
        """Why `a` and `b` must not share a byte; None where they may. Pieces of one buffer, and of the two scopes,
        cannot meet. Holds for two pieces in the same region."""
        if a.buffer == b.buffer or a.scope != b.scope:
            return None
        pair = frozenset((a.buffer, b.buffer))
        meeting = common(a.occupied, b.occupied)
        if pair in self.apart:
            return Conflict(meeting, apart=True)
        if not meeting or pair in self.alias_permits:
            return None
        if a.persistent or b.persistent:  # storage that is never shared, in place neither
            return Conflict(meeting)
        return Conflict(meeting, self._cured_differences(a, b, pair))

    def _cured_differences(self, a: StoryPiece, b: StoryPiece, pair: frozenset[str]) -> tuple[Bytes, ...]:
        found: dict[Bytes, list[InPlaceRanges]] = defaultdict(list)
        for ranges in self._in_place_by_pair.get(pair, ()):
            difference = ranges.difference_of(a.buffer, a.offset_bytes, a.size_bytes, b.offset_bytes, b.size_bytes)
            if difference is not None:
                found[difference].append(ranges)
        return tuple(sorted(difference for difference, listed in found.items() if self._cured(a, b, listed)))

    def _cured(self, a: StoryPiece, b: StoryPiece, listed: list[InPlaceRanges]) -> bool:
        phases = merged(span for ranges in listed for span in ranges.phases)
        of_a, of_b = (p.live if p.private else self.flow.occupied(p.live, p.scope, held=phases) for p in (a, b))
        if not inside(common(of_a, of_b), phases):
            return False
        shared = common(a.live, b.live)

        def read_in(phase: Phase) -> frozenset[str]:
            return frozenset(ranges.read for ranges in listed if covers(ranges.phases, phase))

        def written_in(phase: Phase) -> frozenset[str]:
            return frozenset(ranges.write for ranges in listed if covers(ranges.phases, phase))

        def carried(before: Phase, after: Phase) -> frozenset[str]:
            return frozenset(p.buffer for p in (a, b) if covers(p.live, before) and self._lasts(p, before, after))

        return keeps_contents(self._edges_at(shared), shared, read_in, written_in, carried)

    def _lasts(self, piece: StoryPiece, before: Phase, after: Phase) -> bool:
        return covers(piece.live, after) and not self.writes(piece, before, after)

    def _edges_at(self, phases: Spans) -> Iterator[tuple[Phase, Phase]]:
        """Every way into and out of these phases."""
        for start, end in phases:
            for phase in range(start, end):
                yield from ((phase, after) for after in self.flow.successors(phase))
                yield from ((before, phase) for before in self.flow.predecessors(phase))


def derive(manifest: Manifest) -> Story:
    """The story of every buffer of `manifest`, in its order; parts in the order of the buffer's."""
    program = write_out(manifest)
    flow = Flow.of(program.length, program.loops, program.barriers)
    pieces: list[StoryPiece] = []
    clocks: dict[str, _Clock] = {}
    for buffer in manifest.buffers:
        clock = clocks.get(buffer.component)
        if clock is None:
            clock = clocks[buffer.component] = _clock_of(manifest, buffer.component, program)
        pieces.extend(_pieces(manifest, buffer, clock, flow))
    return Story(
        length=program.length,
        phase_names=program.phase_names,
        loops=program.loops,
        barriers=program.barriers,
        pieces=tuple(pieces),
        in_place=in_place_ranges(manifest, program, flow),
        apart=frozenset(frozenset(pair) for pair in manifest.apart),
        alias_permits=frozenset(_alias_permits(manifest)),
        flow=flow,
    )


class _Clock(NamedTuple):
    """What the lifetimes of a component count in: a timeline, and its runs in the program."""

    timeline: Timeline
    calls: tuple[Call, ...]


def _clock_of(manifest: Manifest, component: str, program: Program) -> _Clock:
    owner = manifest.timeline_owner(component)
    timeline = manifest.component_by_path[owner].timeline if owner else None
    return _Clock(manifest.timeline if timeline is None else timeline, program.calls[owner])


def _pieces(manifest: Manifest, buffer: Buffer, clock: _Clock, flow: Flow) -> list[StoryPiece]:
    itemsize, full_name = buffer.dtype.itemsize_bytes, buffer.full_name
    places: list[tuple[str, Bytes, Bytes, Lifetime | None]] = [(full_name, 0, buffer.size_bytes, buffer.lifetime)]
    if buffer.parts:
        places = [
            (buffer.part_name(part), part.offset * itemsize, part.size * itemsize, part.lifetime)
            for part in buffer.parts
        ]
    private = manifest.private_to_thread(buffer)
    pieces = []
    for name, offset_bytes, size_bytes, lifetime in places:
        if size_bytes == 0:
            continue
        if buffer.persistent:
            stated = [((0, flow.length), False)]
        else:
            stated = stated_spans(lifetime, clock.timeline, clock.calls)
        segments, live = segments_of(stated, flow)
        pieces.append(
            StoryPiece(
                name=name,
                buffer=full_name,
                offset_bytes=offset_bytes,
                size_bytes=size_bytes,
                segments=segments,
                live=live,
                occupied=flow.occupied(live, buffer.scope) if not private else live,
                persistent=buffer.persistent,
                scope=buffer.scope,
                private=private,
            )
        )
    return pieces


def _alias_permits(manifest: Manifest) -> list[frozenset[str]]:
    """An alias counts where at least one side gives no lifetime, neither is persistent, and both have one scope."""
    permits = []
    for buffer in manifest.buffers:
        for name in buffer.aliases:
            target = manifest.by_name.get(name)
            if target is None or target is buffer or buffer.persistent or target.persistent:
                continue
            if buffer.scope == target.scope and not (buffer.lifetime_given and target.lifetime_given):
                permits.append(frozenset((buffer.full_name, target.full_name)))
    return permits
