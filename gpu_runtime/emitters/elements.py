"""How the emitted code hands out each dtype of the manifest: an element type that every target has."""

from __future__ import annotations

from dataclasses import dataclass

from solver.wire.dtypes import DTYPES, DType
from solver.wire.units import Bytes, Elements


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """An element type of the emitted arrays, by numba's name for it (`bool`, `int32`, `float16`, `complex64`, ...)."""

    itemsize_bytes: Bytes
    name: str


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One element of the manifest is `per_item` elements of `element`; `note` says why where the two differ."""

    element: Element
    per_item: Elements = 1
    note: str = ""


_AS_BITS = {
    "bfloat16": ("uint16", "bfloat16 bits as uint16"),
    "float8_e4m3": ("uint8", "float8_e4m3 bits as uint8"),
    "float8_e5m2": ("uint8", "float8_e5m2 bits as uint8"),
}
"""Types that numba's simulator has no equal for."""


def handed_out(dtype: DType) -> HandedOut:
    """The element type of the array that a getter returns for this dtype."""
    if dtype.name is None:
        return HandedOut(Element(1, "uint8"), dtype.itemsize_bytes, f"{dtype.itemsize_bytes}-byte items as uint8")
    name, note = _AS_BITS.get(dtype.name, (dtype.name, ""))
    return HandedOut(Element(DTYPES[name].itemsize_bytes, name), 1, note)
