"""How the emitted code hands out each dtype of the manifest: an element type that every target has."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.wire.dtypes import DTYPES, DType
from warpack.solver.wire.units import Bytes, Elements


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """An element type of the emitted arrays, by numba's name for it (`bool`, `int32`, `float16`, `complex64`, ...)."""

    itemsize_bytes: Bytes
    name: str


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What stands for elements of `dtype` in the emitted arrays; `note` says why where the two differ."""

    dtype: DType
    element: Element
    note: str = ""

    def count(self, elements: Elements) -> Elements:
        """The number of `element`s for so many elements of the manifest: half as many for packed types, several for
        each opaque one."""
        return self.dtype.bytes_of(elements) // self.element.itemsize_bytes


_AS_BITS = {"bfloat16": "uint16", "float8_e4m3fn": "uint8", "float8_e5m2": "uint8", "float8_e8m0fnu": "uint8"}
"""Types that numba's simulator does not have."""


def handed_out(dtype: DType) -> HandedOut:
    """The element type of the array that a getter returns for this dtype."""
    if dtype.name is None:
        return HandedOut(dtype, Element(1, "uint8"), f"{dtype.itemsize_bytes}-byte items as uint8")
    if dtype.per_item > 1:
        return HandedOut(dtype, Element(dtype.itemsize_bytes, "uint8"), f"{dtype.per_item} {dtype.name} in each uint8")
    name = _AS_BITS.get(dtype.name, dtype.name)
    note = "" if name == dtype.name else f"{dtype.name} bits as {name}"
    return HandedOut(dtype, Element(DTYPES[name].itemsize_bytes, name), note)
