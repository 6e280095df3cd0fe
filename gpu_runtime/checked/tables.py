"""What the checks are driven by: the pieces at their places, when each is live, what it is poisoned with, the loops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gpu_runtime.checked.storage import Storage
from solver.verifier.story import Story, StoryPiece
from solver.wire.dtypes import DType
from solver.wire.layout import Layout, PlacedBuffer
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes

_A5 = 0xA5


@dataclass(frozen=True, slots=True)
class Poison:
    """`pattern` (signed) fills every `width` bytes. For floating-point types it is a quiet NaN, for integers of four bytes and more 0xA5
    bytes; the lowest bits of either name the piece, as far as there are enough. Of such poison, the bits in `mask` are
    `tag` (both 0 where it names none); `quiet` is the bit that makes a NaN quiet (0 for what is no NaN)."""

    width: Bytes
    pattern: int
    mask: int = 0
    tag: int = 0
    quiet: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A buffer, a part, or (without segments) the bytes between two. `real_bytes` is where
    it starts in the layout as it is; `units` of poison make an element; `segments`: (start, end, 1 where it begins with a write)."""

    name: str
    start_bytes: Bytes
    real_bytes: Bytes
    size_bytes: Bytes
    of_block: bool
    poison: Poison
    units: int
    segments: tuple[tuple[int, int, int], ...]
    live: tuple[tuple[int, int], ...]


_FLOATS = {"float16": (2, 5, 10), "bfloat16": (2, 8, 7), "float32": (4, 8, 23), "float64": (8, 11, 52)}
"""Bytes, bits of the exponent, bits of the mantissa."""
_COMPLEX = {"complex64": "float32", "complex128": "float64"}
_EIGHT_BITS = {"float8_e4m3": 0x7F, "float8_e5m2": 0x7F}
"""NaN in either: too few bits to tell one NaN from another."""


def poison_of(dtype: DType, number: int) -> Poison:
    """What the piece of that number is filled with while it has no contents."""
    name = _COMPLEX.get(dtype.name or "", dtype.name or "")
    if name in _EIGHT_BITS:
        return Poison(1, _EIGHT_BITS[name])
    if name not in _FLOATS:
        return _poison_of_integers(dtype.itemsize_bytes if dtype.name is not None else 1, number)
    width, exponent_bits, mantissa_bits = _FLOATS[name]
    exponent = ((1 << exponent_bits) - 1) << mantissa_bits
    quiet = 1 << (mantissa_bits - 1)
    payload = number + 1 if number + 1 < quiet - 1 else 0
    return Poison(width, exponent | quiet | payload, exponent, exponent, quiet)


def _poison_of_integers(width: Bytes, number: int) -> Poison:
    low_bytes = width // 2 if width >= 4 else 0
    high = bytes([_A5] * (width - low_bytes))
    payload = number + 1 if number + 1 < 1 << (8 * low_bytes) else 0

    def with_low(value: int, top: bytes) -> int:
        """Eight bytes are a signed number in the tables, fewer have room beside the sign."""
        raw = value.to_bytes(low_bytes, "little") + top
        return int.from_bytes(raw, "little", signed=width == 8)

    if not low_bytes:
        return Poison(width, with_low(0, high))
    return Poison(width, with_low(payload, high), with_low(0, b"\xff" * len(high)), with_low(0, high))


def pieces_of(manifest: Manifest, layout: Layout, storage: Storage, story: Story) -> tuple[list[Piece], int]:
    """The pieces in shared memory, then the guards; the second value is how many of the first there are."""
    placed, real = storage.layout.by_name, layout.by_name
    pieces: list[Piece] = []
    for piece in story.pieces:
        place = placed[piece.buffer]
        if place.region not in ("run", "block"):
            continue
        pieces.append(_piece(manifest, piece, (_start(place, piece), _start(real[piece.buffer], piece)), len(pieces)))
    guards = len(pieces)
    for region, first, size, behind in storage.guards:
        name = f"the {size} bytes behind {behind}" if behind else f"the {size} bytes before the first buffer"
        pieces.append(Piece(name, first, 0, size, region == "block", Poison(1, _A5), 1, (), ()))
    return pieces, guards


def _start(placed: PlacedBuffer, piece: StoryPiece) -> Bytes:
    """Where the piece starts in its region."""
    part = piece.name.removeprefix(f"{piece.buffer}#")
    for apart in placed.parts or ():
        if apart.name == part:
            return apart.offset_bytes
    return (placed.offset_bytes or 0) + piece.offset_bytes


def _piece(manifest: Manifest, piece: StoryPiece, starts: tuple[Bytes, Bytes], number: int) -> Piece:
    dtype = manifest.by_name[piece.buffer].dtype
    poison = poison_of(dtype, number)
    return Piece(
        piece.name,
        *starts,
        piece.size_bytes,
        piece.scope == "block",
        poison,
        dtype.itemsize_bytes // poison.width,
        tuple((segment.start, segment.end, int(segment.written)) for segment in piece.segments),
        tuple((start, end) for start, end in piece.live),
    )


def phase_constants(names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """`PHASE_` names of phases, and of the first phase of each call of a component. A name that two phases would have is
    given to neither: such a phase is `PHASE_` and its number."""
    wanted: dict[str, list[int]] = {}
    previous: list[str] = []
    for number, name in enumerate(names):
        path = name.split("/")
        for depth in range(1, len(path) + 1):
            if depth == len(path) or path[:depth] != previous[:depth]:
                wanted.setdefault(re.sub(r"\W", "_", "_".join(path[:depth]), flags=re.ASCII), []).append(number)
        previous = path
    taken = {name: numbers[0] for name, numbers in wanted.items() if len(numbers) == 1}
    named = set()
    for name, number in sorted(taken.items(), key=lambda item: item[1]):
        named.add(number)
        yield f"PHASE_{name}", number
    for number in range(len(names)):
        if number not in named and str(number) not in taken:
            yield f"PHASE_{number}", number
