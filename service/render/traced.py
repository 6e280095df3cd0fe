"""Tables of a traced kernel: its phases against the lines of its source, and its buffers."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from warpack.gpu_runtime.trace.report import BufferRow, PhaseRow, line_ranges
from warpack.service.render.text import plain


def phase_table(rows: Iterable[PhaseRow]) -> Table:
    """A row a phase. A rule above it is the barrier that it begins with; dots before its name are the loops around."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("phase", "barrier", "lines", "needed", "source"):
        table.add_column(title, overflow="fold", no_wrap=title in ("phase", "source"))
    for row in rows:
        table.add_row(
            Text("· " * row.loops + row.name),
            Text("" if row.barrier is None else row.barrier),
            Text(line_ranges(row.lines)),
            Text(" ".join(row.live)),
            Text(plain(row.source), style="dim", overflow="ellipsis"),
        )
    return table


def traced_buffer_table(rows: Iterable[BufferRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("buffer", overflow="fold")
    table.add_column("bytes", justify="right")
    for title in ("scope", "needed", "why this scope"):
        table.add_column(title, overflow="fold")
    for row in rows:
        needed = ", ".join(first if first == last else f"{first} to {last}" for first, last in row.lifetime)
        table.add_row(
            Text(row.name), str(row.size_bytes), row.scope, Text(needed or "never"), Text(row.because, style="dim")
        )
    return table
