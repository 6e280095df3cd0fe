"""The layout to JSON values. The way back is `solver.read_layout` (solver/reading)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from solver.wire.canonical import sha256_of
from solver.wire.layout import LAYOUT_SCHEMA, Handoff, Layout, PlacedBuffer

_HASHED = ("manifest_sha256", "launch", "buffers", "components")
"""What `layout_sha256` is about: placements and launch."""


def layout_to_json(layout: Layout, *, with_hash: bool = True) -> dict[str, Any]:
    """JSON values in the order of the format's page. `with_hash` False leaves `layout_sha256` out."""
    values = _plain(asdict(replace(layout, buffers=(), handoffs=())))
    values["buffers"] = [_buffer(buffer) for buffer in layout.buffers]
    values["handoffs"] = [_handoff(handoff) for handoff in layout.handoffs]
    head: dict[str, Any] = {"schema": LAYOUT_SCHEMA, "name": layout.name, "manifest_sha256": layout.manifest_sha256}
    if with_hash:
        head["layout_sha256"] = sha256_of({key: values[key] for key in _HASHED})
    order = (
        "status",
        "launch",
        "buffers",
        "components",
        "handoffs",
        "local",
        "proof",
        "minimum_budget_bytes",
        "baselines",
        "advice",
        "frontier",
        "warnings",
        "validation",
        "run_info",
    )
    return head | {key: values[key] for key in order}


def _buffer(buffer: PlacedBuffer) -> dict[str, Any]:
    """Written out field by field: there may be very many."""
    parts = buffer.parts
    return {
        "component": buffer.component,
        "name": buffer.name,
        "location": buffer.location,
        "region": buffer.region,
        "offset_bytes": buffer.offset_bytes,
        "size_bytes": buffer.size_bytes,
        "parts": None if parts is None else [asdict(part) for part in parts],
        "shares_bytes_with": list(buffer.shares_bytes_with),
    }


def _handoff(handoff: Handoff) -> dict[str, Any]:
    return {
        "from": handoff.source,
        "to": handoff.destination,
        "region": handoff.region,
        "bytes": [handoff.start_bytes, handoff.end_bytes],
        "phase": handoff.phase,
        "phase_name": handoff.phase_name,
        "barrier_before": handoff.barrier_before,
        "barrier_before_name": handoff.barrier_before_name,
    }


def _plain(value: Any) -> Any:
    """Tuples to lists, integer keys to strings: what JSON has."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
