"""Every buffer of the manifest must be placed exactly once: in a legal place, whole, aligned, and where it is
pinned."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.spans import Span
from warpack.solver.wire.layout import Layout, PlacedBuffer, Region
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes


class PlacedPiece(NamedTuple):
    """A piece of the story at the bytes `[start, end)` of its region."""

    piece: StoryPiece
    region: Region
    start: Bytes
    end: Bytes


class PlacedRange(NamedTuple):
    """A buffer of the manifest and where the layout put it. `ranges`: the bytes of its region that it takes, sorted
    (several where its parts are apart; none for buffers of no bytes and for plain local ones)."""

    buffer: Buffer
    placed: PlacedBuffer
    ranges: tuple[Span, ...]


def match(manifest: Manifest, layout: Layout, findings: Findings) -> list[PlacedRange]:
    """The buffers that both manifest and layout have, in the manifest's order. Reports what is wrong about their
    places."""
    placed_by_name = layout.by_name
    once = len(placed_by_name) == len(layout.buffers)
    times = dict.fromkeys(placed_by_name, 1) if once else Counter(placed.full_name for placed in layout.buffers)
    for name, count in times.items():
        if name not in manifest.by_name:
            findings.add("unknown-buffer", f"the layout places {name}, which the manifest does not have", name)
        elif count > 1:
            findings.add("placed-twice", f"the layout places {name} {count} times", name)
    result = []
    for buffer in manifest.buffers:
        name = buffer.full_name
        placed = placed_by_name.get(name)
        if placed is None:
            findings.add("missing-buffer", f"the layout does not place {name}", name)
        elif _legal_place(manifest, name, buffer, placed, findings):
            result.append(PlacedRange(buffer, placed, _ranges(name, buffer, placed, findings)))
    return result


def place_pieces(matched: list[PlacedRange], findings: Findings) -> list[PlacedPiece]:
    """The pieces of all buffers on chip, at their bytes."""
    result = []
    for one in matched:
        region = one.placed.region
        if region not in ("run", "block", "pool") or not one.ranges:
            continue
        name, start, parts = one.buffer.full_name, one.ranges[0][0], one.placed.parts
        starts = {} if parts is None else {f"{name}#{part.name}": part.offset_bytes for part in parts}
        for piece in findings.story.pieces_of.get(name, ()):
            at = start + piece.offset_bytes if parts is None else starts[piece.name]
            result.append(PlacedPiece(piece, region, at, at + piece.size_bytes))
    return result


def legal_region(manifest: Manifest, buffer: Buffer, location: str) -> Region:
    """The one region in which a buffer may lie at a location."""
    if manifest.of_pool:
        return "pool"
    if location == "shared":
        return buffer.scope
    return "persistent_local" if buffer.persistent else "local"


def _legal_place(manifest: Manifest, name: str, buffer: Buffer, placed: PlacedBuffer, findings: Findings) -> bool:
    if buffer.location != "auto" and placed.location != buffer.location:
        message = f"{name} is placed in {placed.location} memory, but the manifest wants {buffer.location}"
        findings.add("wrong-location", message, name, region=placed.region)
        return False
    if placed.location == "local" and not manifest.private_to_thread(buffer):
        message = f"{name} is used by several threads and cannot be local"
        findings.add("wrong-location", message, name, region=placed.region)
        return False
    region = legal_region(manifest, buffer, placed.location)
    if placed.region != region:
        message = (
            f"{name} ({buffer.scope} scope, {placed.location}) is in region {placed.region}, but belongs in {region}"
        )
        findings.add("wrong-region", message, name, region=placed.region)
        return False
    if placed.size_bytes != buffer.size_bytes:
        message = f"{name} is {placed.size_bytes} bytes in the layout, but {buffer.size_bytes} in the manifest"
        findings.add("wrong-size", message, name, region=region)
    return True


def _ranges(name: str, buffer: Buffer, placed: PlacedBuffer, findings: Findings) -> tuple[Span, ...]:
    region = placed.region
    if placed.parts is not None:
        return _split_ranges(buffer, placed, findings)
    offset = placed.offset_bytes
    if region == "local":
        if offset is not None:
            findings.add("wrong-offset", f"{name} is an array of its own and has no offset, but has {offset}", name)
        return ()
    if offset is None or offset < 0:
        findings.add("wrong-offset", f"{name} needs an offset of at least 0, but has {offset}", name, region=region)
        return ()
    at = (offset, offset + buffer.size_bytes)
    if region != "persistent_local":
        _check_alignment(name, offset, buffer.alignment_bytes, at, region, findings)
    pin = buffer.pinned_offset_bytes
    if pin is not None and placed.location == "shared" and buffer.size_bytes and offset != pin:
        findings.add("pin-moved", f"{name} is at byte {offset}, but pinned to {pin}", name, region=region, at=at)
    return (at,) if buffer.size_bytes else ()


def _split_ranges(buffer: Buffer, placed: PlacedBuffer, findings: Findings) -> tuple[Span, ...]:
    """Parts that lie apart: all are there, each contiguous and aligned as its elements (the first as the buffer)."""
    name, region, parts = buffer.full_name, placed.region, placed.parts or ()
    bytes_of = buffer.dtype.bytes_of
    wanted = [(part.name, bytes_of(part.size)) for part in buffer.parts]
    if not buffer.splittable or placed.location != "shared":
        findings.add("wrong-parts", f"{name} is placed in parts, but must stay in one piece", name, region=region)
        return ()
    if placed.offset_bytes is not None:
        message = f"{name} has both an offset ({placed.offset_bytes}) and parts that lie apart"
        findings.add("wrong-offset", message, name, region=region)
    if [(part.name, part.size_bytes) for part in parts] != wanted:
        given = ", ".join(f"{part.name} ({part.size_bytes} bytes)" for part in parts) or "none"
        right = ", ".join(f"{part_name} ({size} bytes)" for part_name, size in wanted)
        findings.add("wrong-parts", f"{name} is placed in parts {given}, but has {right}", name, region=region)
        return ()
    for part, stated in zip(buffer.parts, parts, strict=True):
        full = buffer.part_name(part)
        at = (stated.offset_bytes, stated.offset_bytes + stated.size_bytes)
        if at[0] < 0:
            findings.add("wrong-offset", f"{full} is at byte {at[0]}", full, region=region, at=at)
        alignment = buffer.alignment_bytes if part.offset == 0 else buffer.dtype.alignment_bytes
        _check_alignment(full, at[0], alignment, at, region, findings)
        pin = buffer.pinned_offset_bytes
        if pin is not None and at[0] != pin + bytes_of(part.offset):
            message = f"{full} is at byte {at[0]}, but pinned to {pin + bytes_of(part.offset)}"
            findings.add("pin-moved", message, full, region=region, at=at)
    return tuple(sorted((p.offset_bytes, p.offset_bytes + p.size_bytes) for p in parts if p.size_bytes))


def _check_alignment(name: str, offset: Bytes, alignment: Bytes, at: Span, region: Region, findings: Findings) -> None:
    if offset % alignment:
        message = f"{name} is at byte {offset}, which is no multiple of its alignment, {alignment}"
        findings.add("misaligned", message, name, region=region, at=at)
