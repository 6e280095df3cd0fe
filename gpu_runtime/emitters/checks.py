"""What the emitter refuses: layouts of another manifest, and numbers that typed arrays cannot express.

An offset, base or stride that is not a multiple of the element's size would be rounded down by the division into
elements. One that is not a multiple of the alignment would fault on a GPU (or, in a view, end the thread). The
simulator notices neither.
"""

from __future__ import annotations

from math import gcd
from typing import get_args

from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.solver.wire.layout import LaunchFigures, Layout, PlacedBuffer, Region
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

_SHARED: tuple[Region, ...] = ("run", "block")


def check_same_buffers(layout: Layout, manifest: Manifest) -> None:
    """The layout answers this manifest: same hash, the same buffers once each, of the same sizes, in a known region."""
    if layout.manifest_sha256 != manifest.sha256:
        raise EmitError(f"the layout is of manifest {layout.manifest_sha256}, this is manifest {manifest.sha256}")
    placed: set[str] = set()
    for buffer in layout.buffers:
        name = buffer.full_name
        if name in placed:
            raise EmitError("placed twice", buffer=name)
        placed.add(name)
        if name not in manifest.by_name:
            raise EmitError("placed, but the manifest has no such buffer", buffer=name)
        asked = manifest.by_name[name].size_bytes
        if buffer.size_bytes != asked:
            raise EmitError(
                f"size {buffer.size_bytes} bytes, the manifest says {asked}", buffer=name, number=buffer.size_bytes
            )
        if buffer.region not in get_args(Region):
            raise EmitError(f"region {buffer.region!r} is none of {', '.join(get_args(Region))}", buffer=name)
    for name in manifest.by_name:
        if name not in placed:
            raise EmitError("the layout does not place it", buffer=name)
    for buffer in layout.buffers:
        for other in buffer.shares_bytes_with:
            if other not in placed:
                raise EmitError("shares bytes with a buffer that the manifest does not have", buffer=buffer.full_name)


def check_launch(launch: LaunchFigures, threads_per_run: int) -> None:
    """No launch figure is negative, and the base alignment is one that numba can declare."""
    for field in (
        "run_bytes",
        "padding_bytes",
        "stride_bytes",
        "block_region_bytes",
        "region_gap_bytes",
        "dynamic_shared_bytes",
    ):
        number = getattr(launch, field)
        if number < 0:
            raise EmitError(f"{field} is {number}, below 0", number=number)
    for field, number in (("threads_per_block", launch.threads_per_block), ("threads_per_run", threads_per_run)):
        if number < 1:
            raise EmitError(f"{field} is {number}, below 1", number=number)
    base = launch.base_alignment_bytes
    if base < 16 or base & (base - 1):
        raise EmitError(f"base_alignment_bytes is {base}, no power of two from 16 on", number=base)


def check_offset(name: str, offset_bytes: Bytes | None, alignment_bytes: Bytes, itemsize_bytes: Bytes) -> Bytes:
    """The offset, once it is known to exist and to be a multiple of the alignment and of the element's size."""
    if offset_bytes is None:
        raise EmitError("it has no offset, and its parts none either", buffer=name)
    if offset_bytes < 0:
        raise EmitError(f"offset {offset_bytes} is below 0", buffer=name, number=offset_bytes)
    _check_multiple(name, "offset", offset_bytes, alignment_bytes, itemsize_bytes)
    return offset_bytes


def check_region(
    name: str, region: Region, launch: LaunchFigures, alignment_bytes: Bytes, itemsize_bytes: Bytes
) -> None:
    """Whatever the region adds to an offset must keep the alignment: the base, and for run windows their start and
    stride."""
    if region not in _SHARED:
        return
    base = launch.base_alignment_bytes
    if base % alignment_bytes:
        raise EmitError(
            f"base alignment {base} bytes is no multiple of its alignment {alignment_bytes}", buffer=name, number=base
        )
    if region == "run":
        start = launch.block_region_bytes + launch.region_gap_bytes
        _check_multiple(name, "start of the run windows", start, alignment_bytes, itemsize_bytes)
        _check_multiple(name, "stride", launch.stride_bytes, alignment_bytes, itemsize_bytes)


def part_alignment_bytes(buffer: Buffer, offset_bytes: Bytes, *, apart: bool) -> Bytes:
    """The alignment of a part that begins at `offset_bytes` inside its buffer. In one piece, it follows from the
    buffer's own alignment. Placed apart, the first part is aligned as the buffer and the others as their elements."""
    if apart:
        return buffer.alignment_bytes if offset_bytes == 0 else buffer.dtype.alignment_bytes
    return max(buffer.dtype.alignment_bytes, gcd(buffer.alignment_bytes, offset_bytes))


def part_offsets(buffer: Buffer, placed: PlacedBuffer) -> dict[str, Bytes] | None:
    """Offsets in the region of parts that were placed apart, by part name; None for a buffer in one piece."""
    if placed.parts is None:
        return None
    sizes = {part.name: buffer.dtype.bytes_of(part.size) for part in buffer.parts}
    offsets: dict[str, Bytes] = {}
    for part in placed.parts:
        name = f"{buffer.full_name}#{part.name}"
        if part.name not in sizes or part.name in offsets:
            raise EmitError("placed, but the buffer has no such part (or had it already)", buffer=name)
        if part.size_bytes != sizes[part.name]:
            raise EmitError(
                f"size {part.size_bytes} bytes, the manifest says {sizes[part.name]}",
                buffer=name,
                number=part.size_bytes,
            )
        offsets[part.name] = part.offset_bytes
    for part_name in sizes:
        if part_name not in offsets:
            raise EmitError("the layout does not place it", buffer=f"{buffer.full_name}#{part_name}")
    return offsets


def _check_multiple(name: str, what: str, number: Bytes, alignment_bytes: Bytes, itemsize_bytes: Bytes) -> None:
    if number % alignment_bytes:
        raise EmitError(
            f"{what} {number} bytes is no multiple of its alignment {alignment_bytes}", buffer=name, number=number
        )
    if number % itemsize_bytes:
        raise EmitError(
            f"{what} {number} bytes is no multiple of its element size {itemsize_bytes}", buffer=name, number=number
        )
