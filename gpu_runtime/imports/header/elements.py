"""What an array holds, as an element type of a manifest."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.imports.header.records import Array, Record, Scalar, Type

_FLOAT, _SIGNED, _UNSIGNED = (0x04, 0x03), (0x05, 0x06), (0x07, 0x08, 0x10)
_BOOLEAN = 0x02
_BY_NAME = {
    "__half": "float16",
    "half": "float16",
    "half_t": "float16",
    "_Float16": "float16",
    "__nv_bfloat16": "bfloat16",
    "__bf16": "bfloat16",
    "bfloat16_t": "bfloat16",
    "__nv_fp8_e4m3": "float8_e4m3fn",
    "__nv_fp8_e5m2": "float8_e5m2",
    "__nv_fp8_e8m0": "float8_e8m0fnu",
}
"""Records and scalars of CUDA's and CUTLASS's headers that stand for one number."""
_BYTES = {"float16": 2, "bfloat16": 2, "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e8m0fnu": 1}


def elements_of(type_: Type) -> tuple[int | None, str | dict[str, Any]]:
    """How many elements a member has, and their type. Structs of numbers of one type count as those; other structs are
    opaque items. None where the length is open."""
    if isinstance(type_, Array):
        count, dtype = elements_of(type_.element)
        return (None if count is None or type_.count is None else count * type_.count), dtype
    named = _BY_NAME.get(type_.name)
    if named is not None and type_.size_bytes == _BYTES[named]:
        return 1, named
    if isinstance(type_, Scalar):
        return 1, _scalar(type_)
    alike = _alike(type_)
    return alike if alike is not None else (1, _opaque(type_.size_bytes, type_.alignment_bytes))


def _alike(record: Record) -> tuple[int, str] | None:
    """A struct that is nothing but numbers of one type, without holes: `float4`, a complex number, a small matrix."""
    if record.kind == "union":
        return None
    total, end, found = 0, 0, None
    for member in record.members:
        count, dtype = elements_of(member.type)
        if count is None or member.bits is not None or not isinstance(dtype, str) or member.offset_bytes != end:
            return None
        if found not in (None, dtype):
            return None
        found, total = dtype, total + count
        end += size_of(member.type)
    return (total, found) if found is not None and end == record.size_bytes else None


def size_of(type_: Type) -> int:
    return size_of(type_.element) * (type_.count or 0) if isinstance(type_, Array) else type_.size_bytes


def _scalar(type_: Scalar) -> str | dict[str, Any]:
    size, encoding = type_.size_bytes, type_.encoding
    if encoding == _BOOLEAN and size == 1:
        return "bool"
    if encoding in _FLOAT and size in (2, 4, 8, 16):
        if encoding == 0x03 and size in (8, 16):
            return f"complex{8 * size}"
        if size < 16:
            return f"float{8 * size}"
    if encoding in _SIGNED and size <= 8:
        return f"int{8 * size}"
    if encoding in _UNSIGNED and size <= 8:
        return f"uint{8 * size}"
    return _opaque(size, type_.alignment_bytes)


def _opaque(size: int, alignment: int) -> dict[str, Any]:
    return {"itemsize_bytes": size, "alignment_bytes": alignment}
