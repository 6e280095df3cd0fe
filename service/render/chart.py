"""What a picture of a layout shows: boxes of bytes by phases, one chart a region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from solver.wire.layout import Layout, PlacedBuffer
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes, Phase

if TYPE_CHECKING:
    from solver.verifier.story import Story, StoryPiece

Spans = tuple[tuple[Phase, Phase], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Bytes `[start_bytes, end_bytes)` of a region belong to a buffer in phases `[start, end)`. `live` False: its contents
    count no more, but other threads may still be reading them."""

    buffer: str
    name: str
    start: Phase
    end: Phase
    start_bytes: Bytes
    end_bytes: Bytes
    live: bool


@dataclass(frozen=True)
class Chart:
    """One region (one run's window, or the block region) over the whole flattened timeline. `buffers`: full names of
    those in it, by offset. `barriers`: phases with a barrier before them."""

    region: Literal["run", "block"]
    size_bytes: Bytes
    phase_names: tuple[str, ...]
    loops: Spans
    barriers: tuple[Phase, ...]
    buffers: tuple[str, ...]
    boxes: tuple[Box, ...]

    @property
    def phases(self) -> int:
        return len(self.phase_names)

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The place of each buffer in `buffers`."""
        return {name: number for number, name in enumerate(self.buffers)}

    @cached_property
    def peak(self) -> tuple[Bytes, Phase]:
        """The largest number of bytes in use at one phase, and the first such phase."""
        borders = sorted({0, *(box.start for box in self.boxes)})
        used = [
            (_covered((box.start_bytes, box.end_bytes) for box in self.boxes if box.start <= p < box.end), p)
            for p in borders
        ]
        return max(used, key=lambda found: (found[0], -found[1]))


def charts(manifest: Manifest, layout: Layout) -> tuple[Chart, ...]:
    """The chart of the block region and of the run region, as far as the layout has such bytes."""
    if layout.launch is None:
        return ()
    from solver.verifier.story import derive

    story = derive(manifest)
    sizes: tuple[tuple[Literal["run", "block"], Bytes], ...] = (
        ("block", layout.launch.block_region_bytes),
        ("run", layout.launch.run_bytes),
    )
    return tuple(_chart(story, layout, region, size) for region, size in sizes if size)


def by_place(buffers: Iterable[PlacedBuffer]) -> list[PlacedBuffer]:
    """Buffers of one region by offset, then name; a splittable one where its first part lies."""

    def offset(buffer: PlacedBuffer) -> Bytes:
        if buffer.parts:
            return min(part.offset_bytes for part in buffer.parts)
        return buffer.offset_bytes or 0

    return sorted(buffers, key=lambda buffer: (offset(buffer), buffer.full_name))


def _chart(story: Story, layout: Layout, region: Literal["run", "block"], size_bytes: Bytes) -> Chart:
    placed = by_place(buffer for buffer in layout.buffers if buffer.region == region and buffer.size_bytes)
    boxes: list[Box] = []
    for buffer in placed:
        for piece in story.pieces_of.get(buffer.full_name, ()):
            boxes.extend(_boxes(piece, _offset(buffer, piece)))
    return Chart(
        region=region,
        size_bytes=size_bytes,
        phase_names=story.phase_names,
        loops=story.loops,
        barriers=tuple(sorted(story.barriers)),
        buffers=tuple(buffer.full_name for buffer in placed),
        boxes=tuple(boxes),
    )


def _offset(buffer: PlacedBuffer, piece: StoryPiece) -> Bytes:
    if buffer.offset_bytes is not None:
        return buffer.offset_bytes + piece.offset_bytes
    part_name = piece.name.rpartition("#")[2]
    return next(part.offset_bytes for part in buffer.parts or () if part.name.rpartition("#")[2] == part_name)


def _boxes(piece: StoryPiece, offset_bytes: Bytes) -> Iterable[Box]:
    spans = [(start, end, True) for start, end in piece.live]
    spans += [(start, end, False) for start, end in _without(piece.occupied, piece.live)]
    for start, end, live in spans:
        yield Box(piece.buffer, piece.name, start, end, offset_bytes, offset_bytes + piece.size_bytes, live)


def _without(spans: Spans, taken: Spans) -> list[tuple[Phase, Phase]]:
    """Phases of `spans` that are not in `taken`; both are sorted and disjoint."""
    left = []
    for start, end in spans:
        for taken_start, taken_end in taken:
            if taken_end <= start or taken_start >= end:
                continue
            if start < taken_start:
                left.append((start, taken_start))
            start = taken_end
        if start < end:
            left.append((start, end))
    return left


def _covered(ranges: Iterable[tuple[Bytes, Bytes]]) -> Bytes:
    """How many bytes lie in at least one of the ranges."""
    total = reach = 0
    for start, end in sorted(ranges):
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return total
