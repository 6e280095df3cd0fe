"""Manifests and layouts by hand that the probe's tests share."""

from __future__ import annotations

from typing import Any

from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Interval, Lifetime, Loop, Manifest, Timeline
from warpack.solver.wire.units import align_up


def lifetime(*intervals: tuple[int, int]) -> Lifetime:
    return tuple(Interval(*interval) for interval in intervals)


def loop_manifest(**fields: Any) -> Manifest:
    """Two element widths and bytes, a loop with contents carried round it, buffers that may share bytes and some that
    may not."""
    return make_manifest(
        make_buffer("c/a", 5, lifetime=lifetime((0, 3))),
        make_buffer("c/b", 5, lifetime=lifetime((2, 5))),
        make_buffer("c/carried", 4, "float64", lifetime=lifetime((3, 2))),
        make_buffer("f", 3, "uint8", lifetime=lifetime((0, 2))),
        make_buffer("g", 3, "uint8", lifetime=lifetime((1, 2))),
        make_buffer("late", 2, "int32", lifetime=lifetime((4, 5))),
        timeline=Timeline(length=5, loops=(Loop(1, 4),)),
        **fields,
    )


GOOD = {"c/carried": 0, "c/a": 32, "c/b": 52, "f": 72, "g": 75, "late": 32}
"""`late` lies over `a`, which is dead by then."""


def loop_layout(manifest: Manifest, offsets: dict[str, int] | None = None, **figures: Any) -> Layout:
    return make_layout(manifest, {**GOOD, **(offsets or {})}, **{"padding_bytes": 2, "stride_bytes": 80, **figures})


def side_by_side(manifest: Manifest, **figures: Any) -> Layout:
    """Every shared and persistent local buffer at bytes of its own."""
    offsets: dict[str, int] = {}
    ends = {"run": 0, "block": 0, "kept": 0}
    widest = 1
    for buffer in manifest.buffers:
        region = "kept" if buffer.location == "local" else buffer.scope
        if buffer.location == "local" and not buffer.persistent:
            continue
        if region == "run":
            widest = max(widest, buffer.alignment_bytes)
        offsets[buffer.full_name] = align_up(ends[region], buffer.alignment_bytes)
        ends[region] = offsets[buffer.full_name] + buffer.size_bytes
    padding = align_up(ends["run"], widest) - ends["run"] + (widest if ends["run"] else 0)
    return make_layout(manifest, offsets, padding_bytes=padding, **figures)
