"""What the probe fills and checks: the story's pieces at the places that the layout gives them.

A *cell* is one piece (a buffer, or one of its parts) with its getter and its bytes. Places come from the layout alone,
times from the manifest alone; the probe tests whether the two agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warpack.gpu_runtime.emitters.elements import handed_out
from warpack.solver.verifier.story import Story, StoryPiece
from warpack.solver.wire.layout import Layout, PlacedBuffer, Region
from warpack.solver.wire.manifest import Buffer, Manifest, Part, Zero
from warpack.solver.wire.units import Bytes, Elements, Phase


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One piece in its place.

    `getters`: (name, first element) of each emitted getter that reaches it, a part's own first; `element` numba's name
    of the element type of the array that they return, `count` how many of them the piece has. `offset_bytes` counts
    from the start of the region (plain local arrays are regions of their own). `private`: one thread alone uses it. A
    ring has `slots` of `slot_count` elements, `pitch` elements apart, and its getter is called for each slot; `count`
    then covers the whole ring.
    """

    index: int
    piece: StoryPiece
    region: Region
    offset_bytes: Bytes
    element: str
    itemsize_bytes: Bytes
    count: Elements
    slots: int
    slot_count: Elements
    pitch: Elements
    alignment_bytes: Bytes
    getters: tuple[tuple[str, Elements], ...]
    zero: Zero
    private: bool
    live_mask: int
    access_mask: int

    @property
    def name(self) -> str:
        return self.piece.name

    @property
    def slot_bytes(self) -> tuple[tuple[Bytes, Bytes], ...]:
        """The bytes of each slot from the start of the region; for a cell that is not a ring, all its bytes."""
        starts = (self.offset_bytes + slot * self.pitch * self.itemsize_bytes for slot in range(self.slots))
        return tuple((start, start + self.slot_count * self.itemsize_bytes) for start in starts)

    @property
    def end_bytes(self) -> Bytes:
        return self.offset_bytes + self.count * self.itemsize_bytes

    def live(self, phase: Phase) -> bool:
        """Whether its contents may be needed."""
        return bool(self.live_mask >> phase & 1)

    def accessed(self, phase: Phase) -> bool:
        return bool(self.access_mask >> phase & 1)


def cells_of(manifest: Manifest, layout: Layout, story: Story) -> tuple[Cell, ...]:
    """A cell for every piece that has bytes and is ever used, in the order of the story. Pieces with `lifetime: []` are
    neither read nor written by the kernel and so not by the probe."""
    placed = layout.by_name
    cells: list[Cell] = []
    for piece in story.pieces:
        if piece.size_bytes and piece.accesses:
            cells.append(_cell(len(cells), piece, manifest, placed))
    return tuple(cells)


def _cell(index: int, piece: StoryPiece, manifest: Manifest, placed: Mapping[str, PlacedBuffer]) -> Cell:
    buffer = manifest.by_name[piece.buffer]
    place = placed[piece.buffer]
    part = _part_of(buffer, piece)
    element = handed_out(buffer.dtype).element
    getters: list[tuple[str, Elements]] = []
    if part is not None:
        getters.append((buffer.part_name(part), 0))
    if place.parts is None:
        getters.append((buffer.full_name, piece.offset_bytes // element.itemsize_bytes))
    if place.parts is not None and part is not None:
        offset = next(apart.offset_bytes for apart in place.parts if apart.name == part.name)
    else:
        offset = (place.offset_bytes or 0) + piece.offset_bytes
    return Cell(
        index=index,
        piece=piece,
        region=place.region,
        offset_bytes=offset,
        element=element.name,
        itemsize_bytes=element.itemsize_bytes,
        count=piece.size_bytes // element.itemsize_bytes,
        slots=buffer.stages,
        slot_count=(piece.size_bytes if buffer.stages == 1 else buffer.slot_bytes) // element.itemsize_bytes,
        pitch=buffer.slot_pitch_bytes // element.itemsize_bytes,
        alignment_bytes=max(buffer.alignment_bytes, buffer.dtype.alignment_bytes)
        if part is None
        else element.itemsize_bytes,
        getters=tuple(getters),
        zero=buffer.zero,
        private=manifest.private_to_thread(buffer),
        live_mask=_mask(piece.live),
        access_mask=_mask(piece.accesses),
    )


def _part_of(buffer: Buffer, piece: StoryPiece) -> Part | None:
    for part in buffer.parts:
        if buffer.part_name(part) == piece.name:
            return part
    return None


def _mask(spans: tuple[tuple[Phase, Phase], ...]) -> int:
    mask = 0
    for start, end in spans:
        mask |= (1 << end) - (1 << start)
    return mask
