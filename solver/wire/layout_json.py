"""The layout to JSON values. The inverse is `warpack.read_layout` (solver/reading)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, replace
from typing import Any

from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.layout import LAYOUT_SCHEMA, Handoff, Layout, PlacedBuffer
from warpack.solver.wire.plain import all_but, values_of
from warpack.solver.wire.rows import Rows, sha256_with

_ORDER = (
    "status",
    "launch",
    "pool",
    "buffers",
    "components",
    "handoffs",
    "local",
    "bank_conflicts",
    "proof",
    "minimum_budget_bytes",
    "baselines",
    "advice",
    "frontier",
    "warnings",
    "validation",
    "run_info",
)


_OF_BLOCKS = ("threads_per_block", "run_bytes", "block_region_bytes")
"""What is null in the proof of a pool."""


@uncollected()
def layout_to_json(layout: Layout) -> dict[str, Any]:
    """JSON values in the order of the format's page."""
    values = _plain(asdict(replace(layout, buffers=(), handoffs=(), warnings=())))
    values["buffers"] = [_buffer(buffer) for buffer in layout.buffers]
    if layout.pool is not None:
        values["proof"] |= dict.fromkeys(_OF_BLOCKS)
    values["warnings"] = [warning.to_json() for warning in layout.warnings]
    values["handoffs"] = [_handoff(handoff) for handoff in layout.handoffs]
    head: dict[str, Any] = {
        "schema": LAYOUT_SCHEMA,
        "name": layout.name,
        "manifest_sha256": layout.manifest_sha256,
        "layout_sha256": _sha256(values, layout),
    }
    return head | {key: values[key] for key in _ORDER}


def layout_sha256(layout: Layout) -> str:
    """What `layout_sha256` covers: placements and launch."""
    values = {
        "manifest_sha256": layout.manifest_sha256,
        "launch": None if layout.launch is None else _plain(asdict(layout.launch)),
        "pool": None if layout.pool is None else asdict(layout.pool),
        "components": [asdict(window) for window in layout.components],
    }
    return _sha256(values, layout)


def _sha256(values: dict[str, Any], layout: Layout) -> str:
    document = {key: values[key] for key in ("manifest_sha256", "launch", "components")}
    if layout.pool is not None:
        document["pool"] = values["pool"]
    alike = {type_: all_but(type_, _OPEN) for type_ in set(map(type, layout.buffers))}

    def kind(buffer: PlacedBuffer) -> Hashable | None:
        return alike[type(buffer)](buffer) if _plain_row(buffer) else None

    return sha256_with(document, "buffers", layout.buffers, Rows(_buffer, _OPEN, kind, _gaps))


def _buffer(buffer: PlacedBuffer) -> dict[str, Any]:
    """Field by field without `asdict`: there may be very many."""
    document = values_of(buffer)
    if buffer.parts is not None:
        document["parts"] = [values_of(part) for part in buffer.parts]
    return document


def _plain_row(buffer: PlacedBuffer) -> bool:
    return (
        buffer.parts is None
        and buffer.offset_bytes is not None
        and not buffer.shares_bytes_with
        and buffer.name.isidentifier()
    )


def _gaps(buffer: PlacedBuffer) -> tuple[str | int, ...]:
    return f'"{buffer.name}"', buffer.offset_bytes or 0, buffer.size_bytes


_OPEN = ("name", "offset_bytes", "size_bytes")
"""The keys in which very many otherwise equal buffers differ; sorted."""


def _handoff(handoff: Handoff) -> dict[str, Any]:
    """`from`, `to` and `bytes` in place of the fields' names; the barrier under the side of the phase that it stands
    on."""
    values = values_of(handoff)
    side, barrier, name = (values.pop(key) for key in ("side", "barrier", "barrier_name"))
    document = {
        "from": values.pop("source"),
        "to": values.pop("destination"),
        "region": values.pop("region"),
        "bytes": [values.pop("start_bytes"), values.pop("end_bytes")],
        **values,
    }
    return document if side is None else document | {f"barrier_{side}": barrier, f"barrier_{side}_name": name}


def _plain(value: Any) -> Any:
    """Tuples to lists, integer keys to strings: what JSON has."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
