"""In-place pairs: where a write may take the very bytes of the read it is computed from, element by element."""

from __future__ import annotations

from dataclasses import dataclass

from solver.verifier.clocks import Program
from solver.verifier.flow import Flow
from solver.verifier.spans import Span, Spans, merged
from solver.wire.manifest import Buffer, Manifest
from solver.wire.units import Bytes


@dataclass(frozen=True, slots=True)
class InPlaceRanges:
    """One listed pair: buffers by full name, the bytes inside each that are read and written elementwise, and the
    program's phases in which that is safe. Where several threads share the two, a covering barrier must stand directly
    before the phase: else another thread may not yet have read what this one overwrites."""

    read: str
    write: str
    read_range: Span
    write_range: Span
    phases: Spans

    def difference_of(
        self, first: str, first_offset: Bytes, first_size: Bytes, second_offset: Bytes, second_size: Bytes
    ) -> Bytes | None:
        """Address of the second piece minus that of the first at which the two ranges coincide, for pieces (given by
        their bytes inside their buffers) that lie inside the ranges; None where one does not. `first` is the buffer
        of the first piece, the second belongs to the other buffer of the pair."""
        of_first, of_second = self.read_range, self.write_range
        if first != self.read:
            of_first, of_second = of_second, of_first
        if not (of_first[0] <= first_offset and first_offset + first_size <= of_first[1]):
            return None
        if not (of_second[0] <= second_offset and second_offset + second_size <= of_second[1]):
            return None
        return (second_offset - of_second[0]) - (first_offset - of_first[0])


def in_place_ranges(manifest: Manifest, program: Program, flow: Flow) -> tuple[InPlaceRanges, ...]:
    """The pairs that the manifest lists, in its order. Pairs of unequal itemsize, size or scope never count."""
    result = []
    for pair in manifest.in_place:
        read, read_range = _resolve(manifest, pair.read)
        write, write_range = _resolve(manifest, pair.write)
        equal_count = read_range[1] - read_range[0] == write_range[1] - write_range[0]
        if not equal_count or read.dtype.itemsize_bytes != write.dtype.itemsize_bytes or read.scope != write.scope:
            continue
        private = manifest.private_to_thread(read) and manifest.private_to_thread(write)
        owner = manifest.timeline_owner(read.component)
        spans = [call.spans[pair.phase] for call in program.calls[owner]]
        safe = merged(span for span in spans if private or flow.barrier_at(span[0], read.scope))
        result.append(InPlaceRanges(read.full_name, write.full_name, read_range, write_range, safe))
    return tuple(result)


def _resolve(manifest: Manifest, reference: str) -> tuple[Buffer, Span]:
    """A reference to a buffer or part: the buffer, and the bytes inside it."""
    name, _, part_name = reference.partition("#")
    buffer = manifest.by_name[name]
    if not part_name:
        return buffer, (0, buffer.size_bytes)
    itemsize = buffer.dtype.itemsize_bytes
    part = next(part for part in buffer.parts if part.name == part_name)
    return buffer, (part.offset * itemsize, (part.offset + part.size) * itemsize)
