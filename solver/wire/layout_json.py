"""The layout to JSON values. The way back is `solver.read_layout` (solver/reading)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from solver.wire.layout import LAYOUT_SCHEMA, Handoff, Layout


def layout_to_json(layout: Layout, *, with_hash: bool = True) -> dict[str, Any]:
    """JSON values in the order of the format's page. `with_hash` False leaves `layout_sha256` out."""
    values = _plain(asdict(layout))
    values["handoffs"] = [_handoff(handoff) for handoff in layout.handoffs]
    head: dict[str, Any] = {"schema": LAYOUT_SCHEMA, "name": layout.name, "manifest_sha256": layout.manifest_sha256}
    if with_hash:
        head["layout_sha256"] = layout.sha256
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
