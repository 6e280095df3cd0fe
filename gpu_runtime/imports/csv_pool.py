"""A table of buffers (`csv_rows`) as a pool: one arena, no threads.

Times become phases: the program is cut wherever a buffer begins or ends. A gap ends an interval and begins another. A
gap that keeps a window of bytes cuts the buffer into parts, which stay in one piece.

Vector clocks order two buffers where all components of one's end are at most those of the other's begin; all others
conflict. Sums of components keep that order, so they make a timeline; pairs that it separates although nothing orders
them are kept `apart`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from warpack.gpu_runtime.imports.csv_rows import CsvTable, Row, read_rows
from warpack.gpu_runtime.imports.names import Names
from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed

MOST_APART = 1_000_000
"""The most pairs that vector clocks may leave unordered."""

_MOST_NAMED = 1 << 16
"""Phases are named by their times up to so many."""

Span = tuple[int, int]


def import_csv(text: str, *, name: str = "", pinned: bool = False) -> Imported:
    """The manifest of a table. `pinned`: the table's offsets are demanded; otherwise they are the baseline, where every
    buffer has one. Raises ImportFailed."""
    table = read_rows(text)
    rows = table.rows
    vectors = len(rows[0].lower) > 1
    spans = [_spans(row) for row in rows]
    times = sorted({time for one in spans for _, of_part in one for span in of_part for time in span})
    names = Names()
    buffers = [_buffer(row, parts, times, names) for row, parts in zip(rows, spans, strict=True)]
    manifest: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "name": name,
        "objective": "pool_bytes",
        "timeline": _timeline(times, vectors),
        "buffers": buffers,
    }
    if vectors:
        apart = [[names.of(rows[a].id), names.of(rows[b].id)] for a, b in unordered(rows)]
        if apart:
            manifest["apart"] = apart
    notes = [*_notes(table, names, vectors), *_place(manifest, rows, names, pinned)]
    return Imported(manifest, tuple(notes))


def unordered(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that no clock orders, although sums of components separate them."""
    import numpy

    lower = numpy.array([row.lower for row in rows], dtype=numpy.int64)
    upper = numpy.array([row.upper for row in rows], dtype=numpy.int64)
    begin, end = lower.sum(axis=1), upper.sum(axis=1)
    count = 0
    for row in range(len(rows)):
        before = (upper[row] <= lower).all(axis=1) | (upper <= lower[row]).all(axis=1)
        separate = (end[row] <= begin) | (end <= begin[row])
        for other in numpy.flatnonzero(separate & ~before).tolist():
            if other > row:
                count += 1
                if count > MOST_APART:
                    raise ImportFailed(f"vector clocks leave more than {MOST_APART} pairs unordered: too many to list")
                yield row, other


def _spans(row: Row) -> list[tuple[Span, list[Span]]]:
    """Bytes of the buffer, and the times in which these are needed: one entry unless some gap keeps a window."""
    start, end = sum(row.lower), sum(row.upper)
    cuts = sorted({0, row.size, *(byte for gap in row.gaps for byte in gap.window or ())})
    stretches = list(pairwise(cuts)) or [(0, 0)]
    found = []
    for low, high in stretches:
        times, at = [], start
        for gap in row.gaps:
            if gap.window is not None and gap.window[0] <= low and high <= gap.window[1]:
                continue
            if at < gap.lower:
                times.append((at, gap.lower))
            at = gap.upper
        if at < end:
            times.append((at, end))
        found.append(((low, high), times))
    return found


def _buffer(row: Row, parts: list[tuple[Span, list[Span]]], times: list[int], names: Names) -> dict[str, Any]:
    buffer: dict[str, Any] = {"name": names.of(row.id), "size": row.size, "dtype": "uint8"}
    if row.alignment > 1:
        buffer["alignment_bytes"] = row.alignment
    if len(parts) == 1:
        buffer["lifetime"] = _phases(parts[0][1], times)
    else:
        buffer["parts"] = [
            {"offset": low, "size": high - low, "lifetime": _phases(spans, times)} for (low, high), spans in parts
        ]
    return buffer


def _phases(spans: list[Span], times: list[int]) -> list[list[int]]:
    return [[bisect_left(times, start), bisect_left(times, end)] for start, end in spans]


def _timeline(times: list[int], vectors: bool) -> dict[str, Any]:
    """A phase lasts from one time to the next."""
    length = max(1, len(times) - 1)
    if vectors or length > _MOST_NAMED:
        return {"length": length}
    return {"phases": [str(time) for time in times[:length]] or ["0"]}


def _notes(table: CsvTable, names: Names, vectors: bool) -> Iterator[str]:
    if names.changed:
        yield f"{names.changed} ids are no identifiers and were changed: 7 is b7"
    if vectors:
        yield "times are vector clocks: phases count the sums of their components"
    if table.pool_offset is not None:
        yield f"the pool itself lies at {table.pool_offset}: offsets here count from its start"
    if table.kinds:
        yield "the column `kind` says nothing about sharing and was left out"


def _place(manifest: dict[str, Any], rows: Sequence[Row], names: Names, pinned: bool) -> Iterator[str]:
    placed = {names.of(row.id): row.offset for row in rows if row.offset is not None}
    if pinned and not placed:
        raise ImportFailed("there are no offsets to pin: the table has no column `offset`")
    if pinned:
        for buffer in manifest["buffers"]:
            if buffer["name"] in placed:
                buffer["pinned_offset_bytes"] = placed[buffer["name"]]
    elif len(placed) == len(rows):
        manifest["baseline"] = {"offsets_bytes": placed}
    elif placed:
        yield f"{len(placed)} of {len(rows)} rows have an offset, so there is no whole layout to compare with"
