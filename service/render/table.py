"""The buffers of a layout as a table."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from warpack.service.render.chart import by_place
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


def buffer_table(manifest: Manifest, layout: Layout, marks: Marks) -> Table:
    """A row for each buffer with bytes, up to MOST_ROWS. `shares with` has the letters of the buffers that share bytes
    with it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("buffer", overflow="fold")
    table.add_column("type", no_wrap=True)
    table.add_column("region", no_wrap=True)
    table.add_column("offset", justify="right", no_wrap=True)
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("shares with", overflow="fold")
    placed = in_order(layout)
    rows = [buffer for buffer in placed if buffer.size_bytes]
    for buffer in rows[:MOST_ROWS]:
        style = marks.style(buffer.full_name)
        declared = manifest.by_name[buffer.full_name]
        table.add_row(
            Text(marks.letter(buffer.full_name), style=style),
            Text(buffer.full_name, style=style),
            f"{declared.dtype}[{declared.size}]",
            buffer.region.replace("_", " "),
            _offset(buffer),
            str(buffer.size_bytes),
            marks.letters(buffer.shares_bytes_with),
        )
    left_out = [f"{len(rows) - MOST_ROWS} more (--json lists all)"] if len(rows) > MOST_ROWS else []
    left_out += [f"{len(placed) - len(rows)} of no bytes"] if len(placed) > len(rows) else []
    if left_out:
        table.caption, table.caption_justify = f"and {', '.join(left_out)}", "left"
    return table


def _offset(buffer: PlacedBuffer) -> str:
    if buffer.parts:
        return ", ".join(f"{part.name}: {part.offset_bytes}" for part in buffer.parts)
    return "" if buffer.offset_bytes is None else str(buffer.offset_bytes)
