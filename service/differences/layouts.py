"""Compares two layouts: places, bytes, threads and proof. Seconds, versions, advice and baselines are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warpack.service.differences.changes import Change, flat, keyed, of_fields, of_things
from warpack.solver.wire.layout import Layout

_HEAD = ("manifest_sha256", "status", "minimum_budget_bytes")


def layout_changes(before: Layout, after: Layout) -> list[Change]:
    """Every change, the launch first, then the buffers."""
    one, other = before.model_dump(), after.model_dump()
    return list(_changes(one, other))


def _changes(one: dict[str, Any], other: dict[str, Any]) -> Iterator[Change]:
    yield from of_fields("layout", "", {key: one[key] for key in _HEAD}, {key: other[key] for key in _HEAD})
    for part in ("launch", "pool", "proof", "local"):
        yield from of_fields(part, "", _figures(one.get(part)), _figures(other.get(part)))
    yield from of_fields("validation", "", _level(one), _level(other))
    yield from of_things("buffer", _buffers(one), _buffers(other))
    yield from of_things("window", _windows(one), _windows(other))
    yield from of_things("handoff", _handoffs(one), _handoffs(other))


def _figures(part: dict[str, Any] | None) -> dict[str, Any]:
    """The figures without certificates. Bounds are compared, but not how they are proven."""
    return {key: value for key, value in flat(part or {}).items() if "certificate" not in key}


def _level(document: dict[str, Any]) -> dict[str, Any]:
    return {key: document["validation"][key] for key in ("required", "level")}


def _buffers(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {_full_name(buffer): _placed(buffer) for buffer in document["buffers"]}


def _full_name(buffer: dict[str, Any]) -> str:
    return f"{buffer['component']}/{buffer['name']}" if buffer["component"] else str(buffer["name"])


def _placed(buffer: dict[str, Any]) -> dict[str, Any]:
    fields = {key: value for key, value in buffer.items() if key not in ("component", "name", "parts")}
    for part in buffer["parts"] or ():
        fields |= {f"#{part['name']} {key}": part[key] for key in ("offset_bytes", "size_bytes")}
    return fields


def _windows(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return keyed(
        (window["path"], {key: value for key, value in window.items() if key != "path"})
        for window in document["components"]
    )


def _handoffs(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    named = ("from", "to", "phase_name")
    return keyed(
        (
            f"{one['from']} to {one['to']} in {one['phase_name']}",
            {key: value for key, value in one.items() if key not in named},
        )
        for one in document["handoffs"]
    )
