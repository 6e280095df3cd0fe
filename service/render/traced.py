"""Tables of a traced kernel: its phases against the lines of its source, and its buffers."""

from __future__ import annotations

from collections.abc import Iterable

from warpack.gpu_runtime.trace.report import BufferRow, PhaseRow
from warpack.service.render.columns import Column, Columns
from warpack.service.render.text import plain

MOST_ROWS = 24
_SOURCE = 56
"""The longest source text that is shown whole."""


def phase_table(rows: Iterable[PhaseRow], most: int | None = MOST_ROWS) -> Columns:
    """A row a phase, `most` at most. `barrier` is the one that it begins with; dots before its name are the loops
    around."""
    rows = list(rows)
    barriers = any(row.barrier is not None for row in rows)
    columns = [Column("phase", head=True), *([Column("barrier")] if barriers else [])]
    columns += [Column("lines"), Column("needed"), Column("source", spare=True, style="dim")]
    cells = [
        (
            "\N{MIDDLE DOT} " * row.loops + row.name,
            *([row.barrier or ""] if barriers else []),
            row.lines,
            " ".join(row.live),
            _cut(plain(row.source)),
        )
        for row in rows[:most]
    ]
    return Columns(columns, cells, _left_out(len(rows), most))


def traced_buffer_table(rows: Iterable[BufferRow], most: int | None = MOST_ROWS) -> Columns:
    """A row a buffer, `most` at most."""
    rows = list(rows)
    columns = [Column("buffer", head=True), Column("bytes", right=True), Column("scope"), Column("needed")]
    cells = [(row.name, str(row.size_bytes), row.scope, _needed(row), row.because) for row in rows[:most]]
    return Columns([*columns, Column("why this scope", style="dim")], cells, _left_out(len(rows), most))


def _needed(row: BufferRow) -> str:
    return ", ".join(first if first == last else f"{first} to {last}" for first, last in row.lifetime) or "never"


def _left_out(count: int, most: int | None) -> str:
    return "" if most is None or count <= most else f"and {count - most} more (--verbose lists all)"


def _cut(source: str) -> str:
    """Whole words of a source line."""
    if len(source) <= _SOURCE:
        return source
    return source[:_SOURCE].rpartition(" ")[0] + " \N{HORIZONTAL ELLIPSIS}"
