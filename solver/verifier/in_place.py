"""In-place pairs: where a write may take the bytes of the read that it is computed from, element by element."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.verifier.program import Program
from warpack.solver.verifier.spans import Span
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes, Phase


@dataclass(frozen=True, slots=True)
class InPlaceRanges:
    """One listed pair: buffers by full name, the bytes inside each that are read and written elementwise, the phase in
    the timeline that both count in, and the program's phases that it became, one span for each call."""

    read: str
    write: str
    read_range: Span
    write_range: Span
    phase: Phase
    spans: tuple[Span, ...]

    def difference_of(
        self, first: str, first_offset: Bytes, first_size: Bytes, second_offset: Bytes, second_size: Bytes
    ) -> Bytes | None:
        """The address of the second piece minus that of the first at which the two ranges coincide. Pieces are given by
        their bytes inside their buffers; None where one does not lie inside its range. `first` is the buffer of the
        first piece; the second piece belongs to the other buffer of the pair."""
        of_first, of_second = self.read_range, self.write_range
        if first != self.read:
            of_first, of_second = of_second, of_first
        if not (of_first[0] <= first_offset and first_offset + first_size <= of_first[1]):
            return None
        if not (of_second[0] <= second_offset and second_offset + second_size <= of_second[1]):
            return None
        return (second_offset - of_second[0]) - (first_offset - of_first[0])


def in_place_ranges(manifest: Manifest, program: Program) -> tuple[InPlaceRanges, ...]:
    """The pairs that the manifest lists, in its order. A pair never counts if its elements differ in layout, its scopes
    or timelines differ, or its write is zeroed."""
    result = []
    for pair in manifest.in_place:
        read, read_range = _resolve(manifest, pair.read)
        write, write_range = _resolve(manifest, pair.write)
        owner = manifest.timeline_owner(read.component)
        if not _alike(read, write) or read_range[1] - read_range[0] != write_range[1] - write_range[0]:
            continue
        if read.scope != write.scope or owner != manifest.timeline_owner(write.component) or write.zero != "none":
            continue
        spans = tuple(call.span(pair.phase, pair.phase + 1) for call in program.calls[owner])
        result.append(InPlaceRanges(read.full_name, write.full_name, read_range, write_range, pair.phase, spans))
    return tuple(result)


def _alike(read: Buffer, write: Buffer) -> bool:
    """Whether the elements of both have the same layout."""
    if (read.dtype.itemsize_bytes, read.dtype.per_item) != (write.dtype.itemsize_bytes, write.dtype.per_item):
        return False
    if read.stages == write.stages == 1:
        return True
    return (read.stages, read.slot_pitch_bytes) == (write.stages, write.slot_pitch_bytes)


def _resolve(manifest: Manifest, reference: str) -> tuple[Buffer, Span]:
    """A reference to a buffer or part: the buffer, and the bytes inside it."""
    name, _, part_name = reference.partition("#")
    buffer = manifest.by_name[name]
    if not part_name:
        return buffer, (0, buffer.size_bytes)
    part = next(part for part in buffer.parts if part.name == part_name)
    start = buffer.dtype.bytes_of(part.offset)
    return buffer, (start, start + buffer.dtype.bytes_of(part.size))
