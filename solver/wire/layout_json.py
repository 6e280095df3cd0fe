"""The layout to JSON values. The way back is `solver.read_layout` (solver/reading)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, replace
from typing import Any

from solver.wire.bulk import uncollected
from solver.wire.layout import LAYOUT_SCHEMA, Handoff, Layout, PlacedBuffer
from solver.wire.rows import Rows, sha256_with

_ORDER = (
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


@uncollected()
def layout_to_json(layout: Layout) -> dict[str, Any]:
    """JSON values in the order of the format's page."""
    values = _plain(asdict(replace(layout, buffers=(), handoffs=())))
    values["buffers"] = [_buffer(buffer) for buffer in layout.buffers]
    values["handoffs"] = [_handoff(handoff) for handoff in layout.handoffs]
    head: dict[str, Any] = {
        "schema": LAYOUT_SCHEMA,
        "name": layout.name,
        "manifest_sha256": layout.manifest_sha256,
        "layout_sha256": _sha256(values, layout),
    }
    return head | {key: values[key] for key in _ORDER}


def layout_sha256(layout: Layout) -> str:
    """What `layout_sha256` is about: placements and launch."""
    values = {
        "manifest_sha256": layout.manifest_sha256,
        "launch": None if layout.launch is None else _plain(asdict(layout.launch)),
        "components": [asdict(window) for window in layout.components],
    }
    return _sha256(values, layout)


def _sha256(values: dict[str, Any], layout: Layout) -> str:
    document = {key: values[key] for key in ("manifest_sha256", "launch", "components")}
    return sha256_with(document, "buffers", layout.buffers, _ROWS)


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


def _kind(buffer: PlacedBuffer) -> Hashable | None:
    plain = buffer.parts is None and buffer.offset_bytes is not None and not buffer.shares_bytes_with
    return (buffer.component, buffer.region, buffer.location) if plain and buffer.name.isidentifier() else None


def _gaps(buffer: PlacedBuffer) -> tuple[str | int, ...]:
    return f'"{buffer.name}"', buffer.offset_bytes or 0, buffer.size_bytes


_ROWS = Rows(_buffer, ("name", "offset_bytes", "size_bytes"), _kind, _gaps)


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
