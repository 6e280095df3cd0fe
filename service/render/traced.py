"""Tables of a traced kernel: its phases against the lines of its source, and its buffers."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from warpack.gpu_runtime.trace.report import BufferRow, PhaseRow
from warpack.service.render.text import plain

_WORD_COLUMNS = 20
"""How wide a column of words stays at least, as far as it has words of that length, however long the source lines."""


def phase_table(rows: Iterable[PhaseRow]) -> Table:
    """A row a phase. `barrier` is the one that it begins with; dots before its name are the loops around."""
    rows = list(rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("phase", overflow="fold", no_wrap=True)
    barriers = any(row.barrier is not None for row in rows)
    if barriers:
        table.add_column("barrier", overflow="fold", min_width=len("barrier"))
    table.add_column("lines", overflow="fold", min_width=_longest(row.lines.split(", ") for row in rows))
    table.add_column("needed", overflow="fold", min_width=_longest(row.live for row in rows))
    table.add_column("source", no_wrap=True)
    for row in rows:
        barrier = [Text(row.barrier or "")] if barriers else []
        table.add_row(
            Text("· " * row.loops + row.name),
            *barrier,
            Text(row.lines),
            Text(" ".join(row.live)),
            Text(plain(row.source), style="dim", overflow="ellipsis"),
        )
    return table


def _longest(rows: Iterable[Iterable[str]]) -> int:
    return min(_WORD_COLUMNS, max((len(word) for row in rows for word in row), default=0))


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
