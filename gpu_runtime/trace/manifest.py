"""The manifest of a traced kernel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.summary.model import Array, Summary
from warpack.gpu_runtime.trace.timeline.phases import intervals
from warpack.gpu_runtime.trace.timeline.timeline import Timeline

DTYPES = frozenset(
    {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
    | {"float16", "float32", "float64", "complex64", "complex128"}
)
"""NumPy's names of elements that a manifest knows."""


def manifest_of(
    summary: Summary, timeline: Timeline, compute_capability: str, apart: Iterable[frozenset[ArraySite]] = ()
) -> dict[str, Any]:
    """The manifest as a document. It says what was observed, and that the pairs in `apart` share nothing."""
    packed = set(timeline.packed)
    document: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "name": summary.kernel,
        "target": {"compute_capability": compute_capability},
        "timeline": _timeline(timeline),
        "buffers": [_buffer(array, timeline) for array in summary.arrays if array.site in packed],
    }
    launch = _launch(summary, timeline)
    if launch:
        document["launch"] = launch
    if timeline.in_place:
        document["in_place"] = [
            {"phase": pair.phase, "read": pair.read.name, "write": pair.written.name} for pair in timeline.in_place
        ]
    if pairs := sorted(sorted(site.name for site in pair) for pair in apart if packed.issuperset(pair)):
        document["apart"] = pairs
    return document


def _launch(summary: Summary, timeline: Timeline) -> dict[str, int]:
    """The sizes of arrays of the block hold for the block that was traced."""
    launch = {"threads_per_run": timeline.threads_per_run} if timeline.threads_per_run > 1 else {}
    if any(not timeline.scopes[site].of_run for site in timeline.packed):
        launch["threads_per_block"] = summary.block_threads
    return launch


def _timeline(timeline: Timeline) -> dict[str, Any]:
    names = [phase.name for phase in timeline.phases]
    found: dict[str, Any] = {"phases": names}
    loops: list[Any] = []
    for loop in timeline.loops:
        span = [names[loop.first], names[loop.last]]
        words: dict[str, Any] = {"at_least": 1} if loop.at_least else {}
        words |= {"endless": True} if loop.endless else {}
        words |= {"breaks": [names[index] for index in loop.breaks]} if loop.breaks else {}
        loops.append({"span": span, **words} if words else span)
    if loops:
        found["loops"] = loops
    barriers = [_barrier(phase.name, phase.barrier) for phase in timeline.phases if phase.barrier is not None]
    if barriers:
        found["barriers"] = barriers
    return found


def _barrier(name: str, scope: str) -> dict[str, str]:
    return {"before": name} if scope == "block" else {"before": name, "scope": scope}


def _buffer(array: Array, timeline: Timeline) -> dict[str, Any]:
    site, scope = array.site, timeline.scopes[array.site]
    names = [phase.name for phase in timeline.phases]
    buffer: dict[str, Any] = {"name": site.name, "size": scope.size, "dtype": _dtype(site.dtype)}
    buffer["lifetime"] = [[names[first], names[last]] for first, last in intervals(timeline.phases, site)]
    if not scope.of_run:
        buffer["scope"] = "block"
    if site.space == "local":
        buffer |= {"location": "auto", "accesses": array.accesses}
    if array.alignment_bytes is not None:
        buffer["alignment_bytes"] = max(array.alignment_bytes, np.dtype(site.dtype).alignment)
    if array.unwritten:
        buffer["zero"] = "entry"
    return buffer


def _dtype(name: str) -> str | dict[str, int]:
    if name in DTYPES:
        return name
    dtype = np.dtype(name)
    return {"itemsize_bytes": dtype.itemsize, "alignment_bytes": dtype.alignment}
