"""Where things lie, from JSON: placed buffers, windows, hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from warpack.solver.reading.layout_values import Values, pointed
from warpack.solver.wire.layout import ComponentWindow, Handoff, PlacedBuffer, PlacedPart, Region

_REGIONS = get_args(Region)
_SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")
_ORDERED_BY = ("barrier", "alias")


def read_buffer(values: Values, value: Any, at: str) -> PlacedBuffer:
    required = ("component", "name", "location", "region", "offset_bytes", "size_bytes")
    fields = values.fields(value, at, required, ("parts", "shares_bytes_with"))
    parts, parts_at = fields.get("parts"), pointed(at, "parts")
    shares_at = pointed(at, "shares_bytes_with")
    return PlacedBuffer(
        component=values.text(fields.get("component", ""), pointed(at, "component")),
        name=values.text(fields.get("name", ""), pointed(at, "name")),
        location=values.one_of(fields.get("location", "shared"), pointed(at, "location"), ("shared", "local")),
        region=values.one_of(fields.get("region", "run"), pointed(at, "region"), _REGIONS),
        offset_bytes=values.optional_integer(fields.get("offset_bytes"), pointed(at, "offset_bytes")),
        size_bytes=values.integer(fields.get("size_bytes", 0), pointed(at, "size_bytes")),
        parts=None if parts is None else values.each(parts, parts_at, lambda item, here: _part(values, item, here)),
        shares_bytes_with=values.each(fields.get("shares_bytes_with", ()), shares_at, values.text),
    )


def _part(values: Values, value: Any, at: str) -> PlacedPart:
    fields = values.fields(value, at, ("name", "offset_bytes", "size_bytes"))
    return PlacedPart(
        values.text(fields.get("name", ""), pointed(at, "name")),
        values.integer(fields.get("offset_bytes", 0), pointed(at, "offset_bytes")),
        values.integer(fields.get("size_bytes", 0), pointed(at, "size_bytes")),
    )


def read_window(values: Values, value: Any, at: str) -> ComponentWindow:
    fields = values.fields(value, at, ("path", "region", "offset_bytes", "size_bytes"))
    return ComponentWindow(
        values.text(fields.get("path", ""), pointed(at, "path")),
        values.one_of(fields.get("region", "run"), pointed(at, "region"), _REGIONS),
        values.integer(fields.get("offset_bytes", 0), pointed(at, "offset_bytes")),
        values.integer(fields.get("size_bytes", 0), pointed(at, "size_bytes")),
    )


def read_handoff(values: Values, value: Any, at: str) -> Handoff:
    names = ("from", "to", "phase_name")
    sides = [key for side in _SIDES for key in (f"barrier_{side}", f"barrier_{side}_name")]
    fields = values.fields(value, at, (*names, "region", "bytes", "phase"), (*sides, "ordered_by", "proxy_fence"))
    source, destination, phase_name = (values.text(fields.get(key, ""), pointed(at, key)) for key in names)
    spanned = values.each(fields.get("bytes", (0, 0)), pointed(at, "bytes"), values.integer)
    if len(spanned) != 2:
        values.fault("wrong-type", pointed(at, "bytes"), f"must be two integers, start and end, not {len(spanned)}")
        spanned = (0, 0)
    ordered_by = values.one_of(fields.get("ordered_by", "barrier"), pointed(at, "ordered_by"), _ORDERED_BY)
    side = _side(values, fields, at, ordered_by)
    barrier, barrier_name = f"barrier_{side}", f"barrier_{side}_name"
    return Handoff(
        source=source,
        destination=destination,
        region=values.one_of(fields.get("region", "run"), pointed(at, "region"), _REGIONS),
        start_bytes=spanned[0],
        end_bytes=spanned[1],
        phase=values.integer(fields.get("phase", 0), pointed(at, "phase")),
        phase_name=phase_name,
        barrier=None if side is None else values.integer(fields.get(barrier, 0), pointed(at, barrier)),
        barrier_name=None if side is None else values.text(fields.get(barrier_name, ""), pointed(at, barrier_name)),
        side=side,
        ordered_by=ordered_by,
        proxy_fence=values.flag(fields.get("proxy_fence", False), pointed(at, "proxy_fence")),
    )


def _side(
    values: Values, fields: Mapping[str, Any], at: str, ordered_by: Literal["barrier", "alias"]
) -> Literal["before", "after"] | None:
    """On which side of its phase the barrier stands; None where an alias orders the hand-over instead."""
    given = [side for side in _SIDES if f"barrier_{side}" in fields or f"barrier_{side}_name" in fields]
    if ordered_by == "alias":
        if given:
            message = "A hand-over that an alias orders has no barrier."
            values.fault("barrier-of-alias", pointed(at, f"barrier_{given[0]}"), message)
        return None
    if len(given) != 1:
        message = "A hand-over that a barrier orders has either `barrier_before` or `barrier_after`, the phase it stands next to."
        type_, side = ("two-barriers", "after") if given else ("missing-field", "before")
        values.fault(type_, pointed(at, f"barrier_{side}"), message)
        return None
    for key in (f"barrier_{given[0]}", f"barrier_{given[0]}_name"):
        if key not in fields:
            values.fault("missing-field", pointed(at, key), f"The field {key} is missing.")
    return given[0]
