"""Where each buffer goes, in CuBIE's terms: one window of shared memory per run, one persistent array per thread.

Every place is absolute. CuBIE's own windows of children inside those of parents are not needed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from warpack.gpu_runtime.adapters.cubie.errors import LayoutRefusedError
from warpack.gpu_runtime.adapters.cubie.pack import Packed
from warpack.solver.wire.layout import Layout

Where = Literal["shared", "persistent", "local"]
WORD_BYTES = 4
"""Zeroing and CuBIE's own stride count 4-byte words: none of CuBIE's elements is smaller."""


@dataclass(frozen=True)
class Place:
    """Bytes [offset, offset + size) of the run's window or of the thread's persistent array; a local buffer is an
    array of its own, as in CuBIE."""

    where: Where
    offset_bytes: int
    size_bytes: int


@dataclass(frozen=True)
class PlacementTable:
    """`places` by full name; `window_bytes` is the distance of two runs' windows, `persistent_bytes` the size of a
    thread's persistent array, both whole elements of the kernel's precision; `zero` are byte ranges of the window that
    must read zero when the kernel starts, sorted and apart."""

    places: dict[str, Place]
    window_bytes: int
    persistent_bytes: int
    zero: tuple[tuple[int, int], ...]
    threads_per_block: int

    @property
    def sha256(self) -> str:
        """Hash of all of it: kernels built with different tables, or with none, differ."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def make_table(packed: Packed) -> PlacementTable:
    """Raises `LayoutRefusedError` where CuBIE cannot address what the layout says."""
    documents = {
        f"{document['component']}/{document['name']}": document for document in packed.collected.manifest["buffers"]
    }
    element_bytes = packed.collected.element_bytes
    launch = packed.layout.launch
    if launch is None:
        raise LayoutRefusedError("the layout is infeasible")
    persistent, persistent_bytes = _persistent_places(documents, element_bytes)
    places = _run_places(packed.layout) | persistent
    zero = [
        (place.offset_bytes, place.offset_bytes + place.size_bytes)
        for name, place in places.items()
        if place.where == "shared" and documents[name].get("zero") == "entry"
    ]
    table = PlacementTable(places, launch.stride_bytes, persistent_bytes, _merged(zero), launch.threads_per_block)
    if table.window_bytes % element_bytes or any(edge % WORD_BYTES for span in table.zero for edge in span):
        raise LayoutRefusedError(
            f"a run's window of {table.window_bytes} bytes, or a buffer in it, is not whole elements of {element_bytes} bytes"
        )
    return table


def _run_places(layout: Layout) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for buffer in layout.buffers:
        if buffer.location == "shared":
            if buffer.region != "run" or buffer.offset_bytes is None:
                raise LayoutRefusedError(f"{buffer.full_name} is not one piece of a run's window")
            places[buffer.full_name] = Place("shared", buffer.offset_bytes, buffer.size_bytes)
        else:
            places[buffer.full_name] = Place("local", 0, buffer.size_bytes)
    return places


def _persistent_places(documents: dict[str, dict[str, Any]], element_bytes: int) -> tuple[dict[str, Place], int]:
    """CuBIE has one persistent array per thread where Warpack has one per dtype: widest elements first, and each buffer
    whole elements of the kernel's precision, as CuBIE's views have them."""
    kept = {
        name: np.dtype(document["dtype"]).itemsize
        for name, document in documents.items()
        if document["location"] == "local" and document.get("persistent") and document["size"]
    }
    places: dict[str, Place] = {}
    end = 0
    for name in sorted(kept, key=lambda name: -kept[name]):
        size_bytes = -(-documents[name]["size"] * kept[name] // element_bytes) * element_bytes
        places[name] = Place("persistent", end, size_bytes)
        end += size_bytes
    return places, end


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return tuple(found)
