"""The right layouts that faults are planted into: solved once, with every feature that a fault needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout, PlacedBuffer
from warpack.solver.wire.manifest import Manifest


def _one(*buffers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Six runs of one thread each, of which the probe starts the first, the second and the last; a loop over phases 1
    to 4."""
    named = [{"dtype": "float32", **buffer} for buffer in buffers]
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"threads_per_block": 6, "threads_multiple": 1},
        "timeline": {"length": 6, "loops": [[1, 5]]},
        "buffers": named,
        **fields,
    }


A: dict[str, Any] = {"name": "a", "size": 5, "lifetime": [[0, 3]]}
B: dict[str, Any] = {"name": "b", "size": 5, "lifetime": [[2, 5]]}

PLAIN = _one(
    {"name": "state", "size": 3, "persistent": True, "zero": "entry"},
    A,
    B,
    {"name": "f", "size": 3, "dtype": "uint8", "lifetime": [[0, 3]]},
    {"name": "g", "size": 3, "dtype": "uint8", "lifetime": [[2, 3]]},
)
CARRIED = _one(A, {"name": "carried", "size": 2, "lifetime": [[4, 2]]})
AGAIN = _one(A, {"name": "again", "size": 3, "zero": "interval", "lifetime": [[1, 2], [3, 4]]})
PARTS = _one(
    A,
    {"name": "store", "size": 4, "splittable": True, "parts": [
        {"name": "r0", "offset": 0, "size": 2, "lifetime": [[1, 3]]},
        {"name": "r1", "offset": 2, "size": 2, "lifetime": [[1, 5]]}]},
)  # fmt: skip
IN_PLACE = _one(
    {"name": "x", "size": 4, "lifetime": [[1, 3]]},
    {"name": "y", "size": 4, "lifetime": [[2, 4]]},
    in_place=[{"phase": 2, "read": "x", "write": "y"}],
)
ALIASED = _one(A, B, {"name": "scratch", "size": 4, "aliases": ["a", "b"]})
BLOCK = _one(A, {"name": "tile", "size": 8, "scope": "block"})
UNUSED = _one(A, {"name": "unused", "size": 2, "lifetime": []}, {"name": "empty", "size": 0})
LOCAL = _one(
    A,
    {"name": "plain", "size": 3, "location": "local", "lifetime": [[0, 3]]},
    {"name": "k1", "size": 2, "location": "local", "persistent": True, "zero": "entry"},
    {"name": "k2", "size": 2, "location": "local", "persistent": True},
)
TEAM: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "launch": {"threads_per_run": 4, "threads_per_block": 12, "threads_multiple": 1},
    "timeline": {
        "length": 5,
        "barriers": [{"before": 2, "scope": "run"}, {"before": 4, "scope": "block"}],
    },
    "buffers": [
        {"name": "u", "size": 6, "dtype": "float32", "lifetime": [[0, 2]]},
        {"name": "v", "size": 6, "dtype": "float32", "lifetime": [[2, 4]]},
        {"name": "early", "size": 10, "dtype": "float32", "scope": "block", "lifetime": [[0, 3]]},
        {"name": "late", "size": 10, "dtype": "float32", "scope": "block", "lifetime": [[4, 5]]},
    ],
}
"""Four threads per run: bytes change hands behind a barrier of a run's threads, and behind one of the block's."""

SUBJECTS: dict[str, dict[str, Any]] = {
    "plain": PLAIN, "carried": CARRIED, "again": AGAIN, "parts": PARTS, "in place": IN_PLACE, "aliased": ALIASED,
    "block": BLOCK, "unused": UNUSED, "local": LOCAL, "team": TEAM,
}  # fmt: skip


def read(document: Mapping[str, Any], **changes: Any) -> Manifest:
    return load_manifest({**document, **changes})


@cache
def solved(name: str) -> tuple[Manifest, Layout]:
    """One of SUBJECTS with its layout, which has no fault."""
    manifest = read(SUBJECTS[name])
    return manifest, optimize(manifest)


def with_buffer(document: Mapping[str, Any], name: str, **changes: Any) -> dict[str, Any]:
    """The document with fields of one buffer changed; None takes a field out."""
    buffers = []
    for buffer in document["buffers"]:
        changed = {**buffer, **changes} if buffer["name"] == name else buffer
        buffers.append({key: value for key, value in changed.items() if value is not None})
    return {**document, "buffers": buffers}


def solved_for(document: Mapping[str, Any], judged_by: Manifest) -> Layout:
    """The layout of one manifest, passed off as that of another."""
    return replace(optimize(load_manifest(document)), manifest_sha256=judged_by.sha256)


def offset(layout: Layout, name: str) -> int:
    found = layout.by_name[name].offset_bytes
    if found is None:
        raise ValueError(f"{name} has no offset")
    return found


def placed(layout: Layout, name: str, **changes: Any) -> Layout:
    """The layout with fields of one placed buffer changed, and everybody's list of who shares bytes made true again."""
    buffers = tuple(replace(item, **changes) if item.full_name == name else item for item in layout.buffers)
    return shares_made_true(replace(layout, buffers=buffers))


def launched(layout: Layout, **changes: Any) -> Layout:
    if layout.launch is None:
        raise ValueError("the layout is infeasible")
    return replace(layout, launch=replace(layout.launch, **changes))


def shares_made_true(layout: Layout) -> Layout:
    def ranges(item: PlacedBuffer) -> list[tuple[int, int]]:
        if item.region not in ("run", "block") or not item.size_bytes:
            return []
        if item.parts is not None:
            return [(part.offset_bytes, part.offset_bytes + part.size_bytes) for part in item.parts]
        start = item.offset_bytes or 0
        return [(start, start + item.size_bytes)]

    def meet(one: PlacedBuffer, other: PlacedBuffer) -> bool:
        both = ((first, second) for first in ranges(one) for second in ranges(other))
        return one.region == other.region and any(a[0] < b[1] and b[0] < a[1] for a, b in both)

    buffers = tuple(
        replace(
            item,
            shares_bytes_with=tuple(
                sorted(other.full_name for other in layout.buffers if other is not item and meet(item, other))
            ),
        )
        for item in layout.buffers
    )
    return replace(layout, buffers=buffers)
