"""Buffers to items: what gets an offset in a region, cut into pieces with the phases in which each is live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solver.flatten.lifetimes import Lives
from solver.flatten.problem import Item, Phases, Piece, Window
from solver.flatten.tails import Tails
from solver.wire.manifest import Buffer, Lifetime, Manifest, Scope
from solver.wire.units import Bytes


@dataclass(frozen=True)
class Shelf:
    """The items of one region, the buffer that each came from, and the items of each buffer (by full name, in the order of
    their bytes: one, or one a part where the parts are placed apart)."""

    scope: Scope
    private: bool
    tails: Tails
    items: tuple[Item, ...]
    buffers: tuple[Buffer, ...]
    index: dict[str, tuple[int, ...]]


def splittable(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> frozenset[str]:
    """Full names of the buffers in shared memory whose parts may be placed apart. A pinned buffer has its place, and stays whole."""
    return frozenset(
        buffer.full_name
        for buffer in manifest.buffers
        if buffer.splittable
        and buffer.pinned_offset_bytes is None
        and sum(part.size > 0 for part in buffer.parts) > 1
        and (buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in on_chip))
    )


def shelf(
    manifest: Manifest,
    scope: Scope,
    on_chip: frozenset[str],
    lives: Lives,
    tails: Tails,
    split: frozenset[str] = frozenset(),
) -> Shelf:
    """The buffers of one scope that lie in shared memory. Those without a byte are left out. Of the buffers in `split` each
    part is an item."""
    private = scope == "run" and manifest.launch.threads_per_run == 1
    occupied: dict[Phases, Phases] = {}
    items: list[Item] = []
    buffers: list[Buffer] = []
    index: dict[str, tuple[int, ...]] = {}

    def piece(buffer: Buffer, name: str, offset_bytes: Bytes, size_bytes: Bytes, lifetime: Lifetime | None) -> Piece:
        live = held = lives.of(buffer, lifetime)
        if not private:
            known = occupied.get(live)
            held = occupied[live] = tails.occupied(live) if known is None else known
        return Piece(name, offset_bytes, size_bytes, live, held)

    for buffer in manifest.buffers:
        if buffer.scope != scope or buffer.size == 0 or buffer.location == "local":
            continue
        full_name = buffer.full_name
        if buffer.location == "auto" and full_name not in on_chip:
            continue
        size_bytes, itemsize = buffer.size_bytes, buffer.dtype.itemsize_bytes
        pieces = tuple(
            [
                piece(buffer, f"{full_name}#{part.name}", part.offset * itemsize, part.size * itemsize, part.lifetime)
                for part in buffer.parts
                if part.size
            ]
            if buffer.parts
            else [piece(buffer, full_name, 0, size_bytes, buffer.lifetime)]
        )
        first, component = len(items), buffer.component
        if full_name not in split:
            pin = buffer.pinned_offset_bytes
            items.append(Item(full_name, component, size_bytes, buffer.alignment_bytes, pin, pieces))
            buffers.append(buffer)
            index[full_name] = (first,)
        else:
            items += _parts(buffer, full_name, pieces)
            numbers = index[full_name] = tuple(range(first, len(items)))
            buffers += [buffer] * len(numbers)
    return Shelf(scope, private, tails, tuple(items), tuple(buffers), index)


def windows(manifest: Manifest, items: tuple[Item, ...]) -> tuple[Window, ...]:
    """The contiguous windows that have items in this region, outer ones before those inside them."""
    found: list[Window] = []
    for component in sorted(manifest.components, key=lambda component: component.path):
        if component.window == "contiguous":
            below = component.path + "/"
            members = tuple(index for index, item in enumerate(items) if f"{item.component}/".startswith(below))
            if members:
                found.append(Window(component.path, members))
    return tuple(found)


def _parts(buffer: Buffer, full_name: str, pieces: Sequence[Piece]) -> Iterator[Item]:
    """The first part is aligned as the buffer, the others as its elements: no part is aligned better inside the buffer."""
    for piece in sorted(pieces, key=lambda piece: piece.offset_bytes):
        alone = Piece(piece.name, 0, piece.size_bytes, piece.live, piece.occupied)
        alignment = buffer.dtype.alignment_bytes if piece.offset_bytes else buffer.alignment_bytes
        yield Item(
            piece.name, buffer.component, piece.size_bytes, alignment, None, (alone,), full_name, piece.offset_bytes
        )
