"""Reads a buffer's dtype: a known name, or the size and alignment of an opaque element."""

from __future__ import annotations

import re
from typing import Any

from warpack.solver.reading.collector import Collector, show, unquoted
from warpack.solver.reading.fields import Fields
from warpack.solver.wire.dtypes import DTYPES, SYNONYMS, DType

LARGEST_ITEM = 65536
_OTHER_NAMES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "int": "int32",
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
    "bf16": "bfloat16",
    "bool_": "bool",
    "complex": "complex128",
    "fp4": "float4_e2m1fn",
    "float4": "float4_e2m1fn",
    "e2m1": "float4_e2m1fn",
    "fp8_e4m3": "float8_e4m3fn",
    "fp8_e5m2": "float8_e5m2",
    "e4m3": "float8_e4m3fn",
    "e5m2": "float8_e5m2",
    "e8m0": "float8_e8m0fnu",
}
_OPAQUE = "an object of itemsize_bytes and alignment_bytes"
_WIDTH = re.compile("[0-9]+")


def is_power_of_two(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0


def read_dtype(fields: Fields) -> DType | None:
    """The dtype of a buffer's fields; `precision` is the old spelling of the field. None if it is missing or wrong."""
    collector = fields.collector
    key = "dtype"
    if "precision" in fields:
        if "dtype" in fields:
            message = "`precision` is the old spelling of `dtype`: give one of them."
            collector.error("dtype-and-precision", fields.pointer("precision"), message)
            return None
        key = "precision"
    elif "dtype" not in fields:
        collector.error("missing-field", fields.pointer("dtype"), "The field `dtype` is required.")
        return None
    value = fields.values[key]
    if isinstance(value, str):
        known = DTYPES.get(SYNONYMS.get(value, value))
        if known is None:
            message = (
                f"There is no dtype {show(value)}.{_meant(collector, value)} Known: {', '.join(DTYPES)}, or {_OPAQUE}."
            )
            collector.error("unknown-dtype", fields.pointer(key), message)
        return known
    if isinstance(value, dict):
        return _opaque(fields, value, fields.pointer(key))
    collector.wrong_type(fields.pointer(key), value, f"the name of a dtype, or {_OPAQUE}")
    return None


def _meant(collector: Collector, word: str) -> str:
    """ " Did you mean …?" where a dtype of the same width is close to the word, else nothing."""
    meant = _OTHER_NAMES.get(word.lower())
    if meant is not None:
        return f' Did you mean "{meant}"?'
    width = _WIDTH.findall(word)[:1]
    return collector.hint(word, [name for name in DTYPES if not width or _WIDTH.findall(name)[:1] == width])


def _opaque(outer: Fields, value: dict[str, Any], at: str) -> DType | None:
    collector = outer.collector
    before = len(collector.problems)
    known = ("itemsize_bytes", "alignment_bytes")
    fields = Fields(collector, value, at, known, known)
    itemsize = fields.integer("itemsize_bytes", 1, 1, LARGEST_ITEM) if "itemsize_bytes" in fields else 1
    alignment = read_alignment(fields, 1) if "alignment_bytes" in fields else 1
    if len(collector.problems) > before or alignment is None:
        return None
    if itemsize % alignment:
        message = (
            f"An item of {itemsize} bytes cannot be {alignment} bytes aligned in an array: the size must be a multiple."
        )
        collector.error("bad-alignment", f"{at}/alignment_bytes", message)
        return None
    return DType(None, itemsize, alignment)


def read_alignment(fields: Fields, natural: int) -> int | None:
    """`alignment_bytes`: a power of two up to 1024 (more in a pool), not below the natural one (the default). None if
    it is wrong."""
    value = fields.values.get("alignment_bytes")
    if value is None:
        return natural
    pointer = fields.pointer("alignment_bytes")
    if type(value) is not int:
        message = f"`alignment_bytes` must be an integer, and is {show(value)}.{unquoted(value, of_bytes=True)}"
        fields.collector.error("not-an-integer", pointer, message)
        return None
    if not is_power_of_two(value) or not natural <= value <= fields.collector.largest_alignment:
        message = f"An alignment must be a power of two from {natural} to {fields.collector.largest_alignment}, and is {show(value)}."
        fields.collector.error("bad-alignment", pointer, message)
        return None
    return value
