"""Buffers to items. An item gets one offset in a region; it is cut into pieces, each with the phases in which it is
live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warpack.solver.flatten.axis import axis_of
from warpack.solver.flatten.lifetimes import Lives
from warpack.solver.flatten.problem import Item, Piece, Window
from warpack.solver.flatten.relation import Relation, Use
from warpack.solver.wire.manifest import Buffer, Manifest, Part, Scope


@dataclass(frozen=True)
class RegionItems:
    """The items of one region, the buffer that each came from, and the items of each buffer (by full name, in the order
    of their bytes: one, or one a part where the parts are placed apart). `uses`: of each piece by its name."""

    scope: Scope
    private: bool
    items: tuple[Item, ...]
    buffers: tuple[Buffer, ...]
    index: dict[str, tuple[int, ...]]
    uses: dict[str, Use]
    plain: bool
    exact: bool


def splittable(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> frozenset[str]:
    """Full names of the buffers in shared memory whose parts may be placed apart. A pinned buffer has its place, and
    stays whole."""
    return frozenset(
        buffer.full_name
        for buffer in manifest.buffers
        if buffer.splittable
        and buffer.pinned_offset_bytes is None
        and sum(part.size > 0 for part in buffer.parts) > 1
        and (buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in on_chip))
    )


def region_items(
    manifest: Manifest,
    scope: Scope,
    on_chip: frozenset[str],
    lives: Lives,
    relation: Relation,
    split: frozenset[str] = frozenset(),
) -> RegionItems:
    """The buffers of one scope that lie in shared memory. Buffers of no bytes are left out. Each part of a buffer in
    `split` is an item."""
    buffers = [
        buffer
        for buffer in manifest.buffers
        if buffer.scope == scope
        and buffer.size
        and (buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in on_chip))
    ]
    kinds: dict[tuple[int, bool], int] = {}
    distinct: list[Use] = []
    used: list[list[tuple[Part | None, int]]] = []
    for buffer in buffers:
        row: list[tuple[Part | None, int]] = []
        for part in _parts_of(buffer):
            life = lives.of(buffer, part)
            key = id(life), buffer.asynchronous
            if key not in kinds:
                kinds[key] = len(distinct)
                distinct.append(relation.use(life, scope, buffer.asynchronous))
            row.append((part, kinds[key]))
        used.append(row)
    axis = axis_of(relation, distinct)
    items: list[Item] = []
    owners: list[Buffer] = []
    index: dict[str, tuple[int, ...]] = {}
    uses: dict[str, Use] = {}
    for buffer, row in zip(buffers, used, strict=True):
        full_name, component = buffer.full_name, buffer.component
        pieces = []
        for part, kind in row:
            use = distinct[kind]
            life, columns = use.life, axis.columns[kind]
            if part is None:
                name, start, size = full_name, 0, buffer.size_bytes
            else:
                name = f"{full_name}#{part.name}"
                start, size = buffer.dtype.bytes_of(part.offset), buffer.dtype.bytes_of(part.size)
            uses[name] = use
            pieces.append(Piece(name, start, size, life.live, columns, life.accesses))
        first = len(items)
        if full_name not in split:
            pin = buffer.pinned_offset_bytes
            items.append(Item(full_name, component, buffer.size_bytes, buffer.alignment_bytes, pin, tuple(pieces)))
            owners.append(buffer)
            index[full_name] = (first,)
        else:
            items += _parts(buffer, full_name, pieces)
            numbers = index[full_name] = tuple(range(first, len(items)))
            owners += [buffer] * len(numbers)
    private = scope == "run" and manifest.launch.threads_per_run == 1
    exact = axis.exact and not lives.cut_short
    return RegionItems(scope, private, tuple(items), tuple(owners), index, uses, axis.plain, exact)


def _parts_of(buffer: Buffer) -> Sequence[Part | None]:
    """The parts that have bytes; None, for the buffer as a whole, where there are none."""
    return [part for part in buffer.parts if part.size] if buffer.parts else (None,)


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
    """The first part is aligned as the buffer, the others as its elements: inside the buffer no part has a better
    alignment."""
    for piece in sorted(pieces, key=lambda piece: piece.offset_bytes):
        alone = piece._replace(offset_bytes=0)
        alignment = buffer.dtype.alignment_bytes if piece.offset_bytes else buffer.alignment_bytes
        yield Item(
            piece.name, buffer.component, piece.size_bytes, alignment, None, (alone,), full_name, piece.offset_bytes
        )
