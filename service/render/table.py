"""The buffers of a layout as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from warpack.service.render.chart import by_place
from warpack.service.render.columns import Cell, Column, Columns
from warpack.service.render.marks import Marks
from warpack.solver.wire.layout import Layout, PlacedBuffer
from warpack.solver.wire.manifest import Manifest

MOST_ROWS = 200
_REGIONS = ("pool", "block", "run", "persistent_local", "local")


def in_order(layout: Layout) -> list[PlacedBuffer]:
    """Every buffer: those of the block region, those of one run's window, then those off the chip. Each group is by
    offset."""
    return [
        buffer
        for region in _REGIONS
        for buffer in by_place(placed for placed in layout.buffers if placed.region == region)
    ]


def buffer_table(manifest: Manifest, layout: Layout, marks: Marks) -> Columns:
    """A row for each buffer with bytes, up to MOST_ROWS. `shares with` has the letters of the buffers that share bytes
    with it."""
    placed = in_order(layout)
    rows = [buffer for buffer in placed if buffer.size_bytes]
    left_out = [f"{len(rows) - MOST_ROWS} more (--json lists all)"] if len(rows) > MOST_ROWS else []
    left_out += [f"{len(placed) - len(rows)} of no bytes"] if len(placed) > len(rows) else []
    return table_of(manifest, rows[:MOST_ROWS], marks, f"and {', '.join(left_out)}" if left_out else "")


def table_of(manifest: Manifest, placed: Sequence[PlacedBuffer], marks: Marks, caption: str) -> Columns:
    """A row for each of these buffers. Of regions only those are named that differ."""
    regions = {buffer.region for buffer in placed} != {"run"}
    columns = [
        Column(head=True),
        Column("buffer", head=True),
        Column("type", spare=True),
        *([Column("region", spare=True)] if regions else []),
        Column("offset", right=True),
        Column("bytes", right=True),
        Column("shares with", fold=True),
    ]
    return Columns(columns, (_row(manifest, buffer, marks, regions) for buffer in placed), caption)


def _row(manifest: Manifest, buffer: PlacedBuffer, marks: Marks, regions: bool) -> Sequence[Cell]:
    from rich.text import Text

    style = marks.style(buffer.full_name)
    declared = manifest.by_name[buffer.full_name]
    return (
        Text(marks.letter(buffer.full_name), style=style),
        Text(buffer.full_name, style=style),
        f"{declared.dtype}[{declared.size}]",
        *([buffer.region.replace("_", " ")] if regions else []),
        _offset(buffer),
        str(buffer.size_bytes),
        marks.letters(buffer.shares_bytes_with),
    )


def _offset(buffer: PlacedBuffer) -> str:
    if buffer.parts:
        return ", ".join(f"{part.name}: {part.offset_bytes}" for part in buffer.parts)
    return "" if buffer.offset_bytes is None else str(buffer.offset_bytes)


def foremost(layout: Layout, placed: Sequence[PlacedBuffer], most: int) -> list[PlacedBuffer]:
    """Those with the most bytes at the peak, then the largest, in their order."""
    at_peak: Counter[str] = Counter()
    for peak in (layout.advice.get("peak"), layout.advice.get("block_peak")):
        for one in (peak or {}).get("buffers", ()):
            at_peak[one["name"].partition("#")[0]] += one["bytes"]

    def rank(at: int) -> tuple[int, int]:
        return -at_peak[placed[at].full_name], -placed[at].size_bytes

    return [placed[at] for at in sorted(sorted(range(len(placed)), key=rank)[:most])]
