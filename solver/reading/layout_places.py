"""Where things lie, from JSON: placed buffers, windows, hand-overs."""

from __future__ import annotations

from typing import Any, get_args

from solver.reading.layout_values import Values, pointed
from solver.wire.layout import ComponentWindow, Handoff, PlacedBuffer, PlacedPart, Region

_REGIONS = get_args(Region)


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
    names = ("from", "to", "phase_name", "barrier_before_name")
    fields = values.fields(value, at, (*names, "region", "bytes", "phase", "barrier_before"))
    source, destination, phase_name, barrier_name = (
        values.text(fields.get(key, ""), pointed(at, key)) for key in names
    )
    spanned = values.each(fields.get("bytes", (0, 0)), pointed(at, "bytes"), values.integer)
    if len(spanned) != 2:
        values.fault("wrong-type", pointed(at, "bytes"), f"must be two integers, start and end, not {len(spanned)}")
        spanned = (0, 0)
    return Handoff(
        source=source,
        destination=destination,
        region=values.one_of(fields.get("region", "run"), pointed(at, "region"), _REGIONS),
        start_bytes=spanned[0],
        end_bytes=spanned[1],
        phase=values.integer(fields.get("phase", 0), pointed(at, "phase")),
        phase_name=phase_name,
        barrier_before=values.integer(fields.get("barrier_before", 0), pointed(at, "barrier_before")),
        barrier_before_name=barrier_name,
    )
