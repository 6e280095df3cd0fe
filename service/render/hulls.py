"""Contiguous windows: the bytes of a region that a component keeps together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warpack.solver.wire.layout import Layout
from warpack.solver.wire.units import Bytes, Phase

if TYPE_CHECKING:
    from warpack.service.render.chart import Box


@dataclass(frozen=True, slots=True)
class Hull:
    """Bytes `[start_bytes, end_bytes)` are the contiguous window of the component `path`, of which buffers are live
    from phase `start` to before phase `end`."""

    path: str
    start: Phase
    end: Phase
    start_bytes: Bytes
    end_bytes: Bytes


def hulls_of(layout: Layout, region: str, boxes: Sequence[Box]) -> Iterator[Hull]:
    """Those of a region, of which `boxes` has all buffers."""
    for window in layout.components:
        below = f"{window.path}/"
        inside = [box for box in boxes if not box.above and box.buffer.startswith(below)]
        if window.region == region and window.size_bytes and inside:
            start, end = min(box.start for box in inside), max(box.end for box in inside)
            yield Hull(window.path, start, end, window.offset_bytes, window.offset_bytes + window.size_bytes)
