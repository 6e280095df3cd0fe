"""How a kernel is launched whose runs each have one window: threads, stride and bytes, by the rules of a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warpack.gpu_runtime.registry.entry import CUDABuffer
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import MANIFEST_SCHEMA
from warpack.solver.wire.units import Bytes

_TARGET = ("shared_budget_bytes", "static_shared_bytes", "registers_per_thread", "carveout")


def launch_of(
    window_bytes: Bytes, entries: Sequence[CUDABuffer], compute_capability: str, settings: Mapping[str, Any]
) -> LaunchFigures:
    """The launch with the most threads. The window counts as one piece. The widths of its elements decide about
    padding, each weighted by the elements that were registered."""
    from warpack.solver import (  # the front door: the optimiser's own rooms stay closed to this one
        load_manifest,
        optimize,
    )

    target = {key: value for key, value in settings.items() if key in _TARGET}
    document = {
        "schema": MANIFEST_SCHEMA,
        "target": {"compute_capability": compute_capability, **target},
        "launch": {key: value for key, value in settings.items() if key not in _TARGET},
        "buffers": _pieces(window_bytes, entries),
    }
    solution = optimize(load_manifest(document))
    if solution.launch is None:
        raise ValueError(
            f"Not one run fits: its window has {window_bytes} bytes, and a budget of {solution.minimum_budget_bytes} bytes "
            "would be needed."
        )
    return solution.launch


def _pieces(window_bytes: Bytes, entries: Sequence[CUDABuffer]) -> list[dict[str, Any]]:
    """Buffers that add up to the window: one element of each wider type, the rest of the narrowest. The elements of
    each width count as its accesses."""
    if not window_bytes:
        return []
    kinds = {entry.dtype.itemsize: entry.dtype.name for entry in entries if entry.size}
    accesses = {size: sum(entry.count for entry in entries if entry.dtype.itemsize == size) for size in kinds}
    alignment = max(entry.absolute_alignment_bytes for entry in entries)
    *wider, narrowest = sorted(kinds, reverse=True)
    pieces = [{"name": f"wide{size}", "size": 1, "dtype": kinds[size], "accesses": accesses[size]} for size in wider]
    rest = (window_bytes - sum(wider)) // narrowest
    pieces.append({"name": "rest", "size": rest, "dtype": kinds[narrowest], "accesses": accesses[narrowest]})
    pieces[0]["alignment_bytes"] = alignment
    return [{**piece, "location": "shared", "persistent": True} for piece in pieces]
