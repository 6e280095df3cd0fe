"""The data of the checks: the pieces at their places, when each has contents, and its poison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from warpack.gpu_runtime.checked.poison import GUARD, Poison, poison_of
from warpack.gpu_runtime.checked.storage import Storage
from warpack.gpu_runtime.checked.ways import Ways
from warpack.solver.verifier.spans import Spans, common, covers, merged, without
from warpack.solver.verifier.story import Story, StoryPiece
from warpack.solver.wire.layout import Layout, PlacedBuffer
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

LIVE, BEGINS, HELD = 0, 1, 2
"""The states of a piece in a stretch of phases: it has contents; it has new contents at the first phase; or its state
is unknown and it is not checked, because other threads, or a component called in the same phase, may be using it."""


class Stretch(NamedTuple):
    start: int
    end: int
    kind: int


class Slots(NamedTuple):
    """How elements lie: the distance of a ring's slots in bytes (for others: all bytes), the bytes of an item, and the
    elements in each."""

    pitch_bytes: Bytes
    item_bytes: Bytes
    per_item: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A buffer, a part, or (without stretches) the bytes between two. `real_bytes` is where it starts in the real
    layout. `shared`: several threads use it. `roams`: some of these may be alone in a phase, while others are
    elsewhere."""

    name: str
    start_bytes: Bytes
    real_bytes: Bytes
    size_bytes: Bytes
    of_block: bool
    shared: bool
    poison: Poison
    slots: Slots
    stretches: tuple[Stretch, ...] = ()
    live: Spans = ()
    accesses: Spans = ()
    dropped: bool = False
    roams: bool = False

    @property
    def loose(self) -> int:
        """1: a piece that is held somewhere keeps its contents until a phase in which it has none. 2: besides, while it
        has none, other threads may be ahead, in a phase where it has contents again."""
        return 2 if self.roams else int(any(stretch.kind == HELD for stretch in self.stretches))


def pieces_of(
    manifest: Manifest, layout: Layout, storage: Storage, story: Story, ways: Ways
) -> tuple[list[Piece], int]:
    """The pieces in shared memory, then the guards; the second value is how many of the first there are."""
    placed, real = storage.layout.by_name, layout.by_name
    pieces: list[Piece] = []
    for piece in story.pieces:
        place = placed[piece.buffer]
        if place.region not in ("run", "block"):
            continue
        starts = _start(place, piece), _start(real[piece.buffer], piece)
        pieces.append(_piece(manifest.by_name[piece.buffer], piece, starts, len(pieces), ways))
    guards = len(pieces)
    for region, first, size, behind in storage.guards:
        name = f"the {size} bytes behind {behind}" if behind else f"the {size} bytes before the first buffer"
        shared = region == "block" or manifest.launch.threads_per_run > 1
        guard = Piece(
            name=name,
            start_bytes=first,
            real_bytes=0,
            size_bytes=size,
            of_block=region == "block",
            shared=shared,
            poison=Poison(1, GUARD),
            slots=Slots(size, 1, 1),
        )
        pieces.append(guard)
    return pieces, guards


def _start(placed: PlacedBuffer, piece: StoryPiece) -> Bytes:
    """Where the piece starts in its region."""
    part = piece.name.removeprefix(f"{piece.buffer}#")
    for apart in placed.parts or ():
        if apart.name == part:
            return apart.offset_bytes
    return (placed.offset_bytes or 0) + piece.offset_bytes


def _piece(buffer: Buffer, piece: StoryPiece, starts: tuple[Bytes, Bytes], number: int, ways: Ways) -> Piece:
    alone = () if piece.private else tuple(span for span in ways.alone if common((span,), piece.live))
    pitch = buffer.slot_pitch_bytes if buffer.stages > 1 else piece.size_bytes
    return Piece(
        name=piece.name,
        start_bytes=starts[0],
        real_bytes=starts[1],
        size_bytes=piece.size_bytes,
        of_block=piece.scope == "block",
        shared=not piece.private,
        poison=poison_of(buffer.dtype, number),
        slots=Slots(pitch, buffer.dtype.itemsize_bytes, buffer.dtype.per_item),
        stretches=_stretches(piece, alone, ways),
        live=piece.live,
        accesses=piece.accesses,
        dropped=piece.dropped,
        roams=bool(alone) and not piece.persistent,
    )


def _stretches(piece: StoryPiece, alone: Spans, ways: Ways) -> tuple[Stretch, ...]:
    """A persistent piece always has contents. Where threads that share a piece take different ways, no single thread
    decides for all when it begins anew. While a component runs, pieces of those called in the same phase may keep their
    contents."""
    if piece.persistent:
        return tuple(Stretch(start, end, LIVE) for start, end in piece.live)
    held = without(merged([*alone, *ways.siblings(piece.live)]), piece.live)
    found = [Stretch(start, end, HELD) for start, end in held]
    for segment in piece.segments:
        begins = segment.written and not covers(alone, segment.start)
        found.append(Stretch(segment.start, segment.end, BEGINS if begins else LIVE))
    return tuple(sorted(found))
