"""What fills the bytes of a buffer while it has no contents."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.units import Bytes

GUARD = 0xA5
"""The value of every byte that belongs to no buffer, and of every byte of poison that is not a NaN."""


@dataclass(frozen=True, slots=True)
class Poison:
    """`pattern` (signed) fills every `width` bytes. For floating-point types it is a quiet NaN, for integers of four
    bytes and more 0xA5 bytes; the lowest bits of either name the piece, as far as there are enough. Of such poison, the
    bits in `mask` are `tag` (both 0 where it names none); `quiet` is the bit that makes a NaN quiet (0 for what is no
    NaN)."""

    width: Bytes
    pattern: int
    mask: int = 0
    tag: int = 0
    quiet: int = 0


_FLOATS = {"float16": (2, 5, 10), "bfloat16": (2, 8, 7), "float32": (4, 8, 23), "float64": (8, 11, 52)}
"""Bytes, bits of the exponent, bits of the mantissa."""
_COMPLEX = {"complex64": "float32", "complex128": "float64"}
_EIGHT_BITS = {"float8_e4m3fn": 0x7F, "float8_e5m2": 0x7F, "float8_e8m0fnu": 0xFF}
"""The NaN of each: too few bits to tell one NaN from another."""


def poison_of(dtype: DType, number: int) -> Poison:
    """The poison of the piece with that number."""
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
    high = bytes([GUARD] * (width - low_bytes))
    payload = number + 1 if number + 1 < 1 << (8 * low_bytes) else 0

    def with_low(value: int, top: bytes) -> int:
        """Eight bytes are a signed number in the tables, fewer have room beside the sign."""
        raw = value.to_bytes(low_bytes, "little") + top
        return int.from_bytes(raw, "little", signed=width == 8)

    if not low_bytes:
        return Poison(width, with_low(0, high))
    return Poison(width, with_low(payload, high), with_low(0, b"\xff" * len(high)), with_low(0, high))
