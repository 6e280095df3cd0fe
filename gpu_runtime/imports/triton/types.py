"""Bytes, alignment and element type of a buffer, from its type in Triton's dialect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.imports.outcome import ImportFailed

_MEMDESC = re.compile(r"!ttg\.memdesc<((?:\d+x)*)([\w!.]+(?:<[^>]*>)?), ([^,>]+(?:<\{[^}]*\}>)?)")
_PADDING = re.compile(r"(\d+):\+(\d+)")
_SWIZZLE = re.compile(r"swizzlingByteWidth = (\d+)")
_GIVEN = re.compile(r"\balignment = (\d+)")

SCRATCH_ALIGNMENT_BYTES = 128
_ALIGNMENT_BYTES = 16

_ELEMENTS = {
    "f64": ("float64", 8),
    "f32": ("float32", 4),
    "f16": ("float16", 2),
    "bf16": ("bfloat16", 2),
    "f8E4M3FN": ("float8_e4m3fn", 1),
    "f8E5M2": ("float8_e5m2", 1),
    "i64": ("int64", 8),
    "i32": ("int32", 4),
    "i16": ("int16", 2),
    "i8": ("int8", 1),
    "i1": ("uint8", 1),
}


@dataclass(frozen=True, slots=True)
class Storage:
    """`size`: elements, those of padding included."""

    size: int
    dtype: str | dict[str, Any]
    size_bytes: int
    alignment_bytes: int


def storage_of(type_text: str, aliases: dict[str, str], given_alignment: int | None) -> Storage:
    """The storage of a `!ttg.memdesc<…>`. Raises ImportFailed for one that is not understood."""
    found = _MEMDESC.search(type_text)
    if found is None:
        raise ImportFailed(f"the type {type_text[:120]!r} is no memory descriptor that can be read")
    element = found[2].partition("<")[0]
    if element not in _ELEMENTS and not element.startswith("!tt.ptr"):
        raise ImportFailed(f"the element type {found[2]!r} of a buffer is not known")
    dtype, item = _ELEMENTS.get(element, ("uint64", 8))
    size = 1
    for dimension in found[1].split("x")[:-1]:
        size *= int(dimension)
    encoding = aliases.get(found[3].strip(), found[3])
    size += sum(_padding(size, int(interval), int(pad)) for interval, pad in _PADDING.findall(encoding))
    return Storage(size, dtype, size * item, given_alignment or _alignment(encoding))


def scratch(size_bytes: int) -> Storage:
    return Storage(size_bytes, "uint8", size_bytes, SCRATCH_ALIGNMENT_BYTES)


def _padding(size: int, interval: int, pad: int) -> int:
    """Elements that padding adds: some after each interval but the last."""
    return size // interval * pad - (pad if size % interval == 0 else 0)


def _alignment(encoding: str) -> int:
    """Swizzled tiles of tensor cores are aligned to eight of their rows; other encodings say it themselves, or are
    aligned to 16 bytes."""
    if "nvmma_shared" in encoding:
        swizzle = _SWIZZLE.search(encoding)
        return max(128, 8 * int(swizzle[1])) if swizzle else 128
    given = _GIVEN.search(encoding)
    return int(given[1]) if given else _ALIGNMENT_BYTES
