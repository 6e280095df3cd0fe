"""The element types of buffers: sizes and natural alignments, in bytes.

The natural alignment is the larger of what numba-cuda and C++ ask for: `complex64` is 4 bytes aligned in numba and
8 as `cuda::std::complex<float>`, so it is 8 here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warpack.solver.wire.units import Bytes, Elements


@dataclass(frozen=True, slots=True)
class DType:
    """An element type: a known name, or (name None) an opaque one that only has a size and an alignment. Packed types
    have `per_item` elements in each item of `itemsize_bytes`; all others have one."""

    name: str | None
    itemsize_bytes: Bytes
    alignment_bytes: Bytes
    per_item: int = 1

    def bytes_of(self, elements: Elements) -> Bytes:
        """Bytes of so many elements; for packed types a whole number of items."""
        return elements * self.itemsize_bytes // self.per_item

    def to_json(self) -> str | dict[str, Any]:
        if self.name is not None:
            return self.name
        return {"itemsize_bytes": self.itemsize_bytes, "alignment_bytes": self.alignment_bytes}

    def __str__(self) -> str:
        return self.name or f"opaque{self.itemsize_bytes}"


_SIZES = {
    "bool": 1,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "uint8": 1,
    "uint16": 2,
    "uint32": 4,
    "uint64": 8,
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
    "bfloat16": 2,
    "float8_e4m3fn": 1,
    "float8_e5m2": 1,
    "float8_e8m0fnu": 1,
}

_PACKED = ("float4_e2m1fn", "int4", "uint4")
"""Two elements to a byte."""

DTYPES: dict[str, DType] = {name: DType(name, size, size) for name, size in _SIZES.items()}
DTYPES |= {name: DType(name, 1, 1, 2) for name in _PACKED}
"""Every dtype that a manifest may name."""

SYNONYMS = {"float8_e4m3": "float8_e4m3fn"}
"""Old spellings, and what they are now."""
