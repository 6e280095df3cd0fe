"""What moves as one, and the rules between two of these, straight from the verifier's story."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from warpack.solver.verifier.story import Story, StoryPiece
from warpack.solver.wire.manifest import Buffer, Manifest, Scope


@dataclass(frozen=True)
class Unit:
    """A buffer, or one part of a buffer whose parts may lie apart. `pieces`: each with its bytes from the unit's
    start."""

    buffer: Buffer
    pieces: tuple[tuple[StoryPiece, int], ...]
    size_bytes: int
    alignment_bytes: int
    pin_bytes: int | None


@dataclass(frozen=True)
class Rule:
    """Two pieces, as (start in its unit, size), that may share no byte but where the second unit's offset minus the
    first's is one of `cures`."""

    first: tuple[int, int]
    second: tuple[int, int]
    cures: tuple[int, ...]


def units_of(manifest: Manifest, story: Story, scope: Scope, on_chip: Collection[str], *, split: bool) -> list[Unit]:
    """The units of one region. `split`: the parts of splittable buffers are units of their own."""
    units: list[Unit] = []
    for buffer in manifest.buffers:
        kept = buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in on_chip)
        if buffer.scope != scope or not buffer.size_bytes or not kept:
            continue
        pieces, pin = story.pieces_of[buffer.full_name], buffer.pinned_offset_bytes
        if not (split and buffer.splittable):
            inner = tuple((piece, piece.offset_bytes) for piece in pieces)
            units.append(Unit(buffer, inner, buffer.size_bytes, buffer.alignment_bytes, pin))
            continue
        for piece in pieces:
            alignment = buffer.dtype.alignment_bytes if piece.offset_bytes else buffer.alignment_bytes
            at = None if pin is None else pin + piece.offset_bytes
            units.append(Unit(buffer, ((piece, 0),), piece.size_bytes, alignment, at))
    return units


def rules_between(story: Story, first: Unit, second: Unit) -> list[Rule]:
    """A rule for each pair of pieces that conflict. Parts of one buffer that lie apart conflict where both are
    occupied."""
    rules = []
    for p, at_p in first.pieces:
        for q, at_q in second.pieces:
            if p.buffer == q.buffer:
                conflicting = story.conflict_unless_permitted(p, q) is not None
                cures: tuple[int, ...] = ()
            else:
                conflict = story.conflict(p, q)
                conflicting = conflict is not None
                cures = () if conflict is None else tuple(d + at_p - at_q for d in conflict.allowed_differences)
            if conflicting:
                rules.append(Rule((at_p, p.size_bytes), (at_q, q.size_bytes), cures))
    return rules
