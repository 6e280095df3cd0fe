"""Where pieces of buffers lie in a layout, and how many bytes they take together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from warpack.solver.wire.layout import PlacedBuffer
from warpack.solver.wire.units import Bytes

if TYPE_CHECKING:
    from warpack.solver.verifier.story import StoryPiece


def start_of(buffer: PlacedBuffer, piece: StoryPiece) -> Bytes | None:
    """The offset of a buffer's piece in its region; None if it has no place."""
    if buffer.offset_bytes is not None:
        return buffer.offset_bytes + piece.offset_bytes
    part_name = piece.name.rpartition("#")[2]
    return next((part.offset_bytes for part in buffer.parts or () if part.name.rpartition("#")[2] == part_name), None)


def covered_bytes(ranges: Iterable[tuple[Bytes, Bytes]]) -> Bytes:
    """How many bytes lie in at least one of the ranges."""
    total = reach = 0
    for start, end in sorted(ranges):
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return total
