"""A layout in the terminal: offsets downwards, phases to the right, a letter for each buffer, holes as dots."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import gcd

from rich.text import Text

from service.render.chart import Box, Chart
from service.render.marks import HOLE, WAITING, Marks
from solver.wire.units import Bytes, Phase

MOST_ROWS = 32
MOST_COLUMNS = 120
WIDEST_PHASE = 8


@dataclass(frozen=True)
class Grid:
    """Rows of `row_bytes` bytes; columns of `phases_per_column` phases, or phases of `columns_per_phase` columns."""

    row_bytes: Bytes
    rows: int
    phases_per_column: int
    columns_per_phase: int
    phases: int

    @property
    def columns(self) -> int:
        return -(-self.phases // self.phases_per_column)

    def spread(self, cells: list[str]) -> str:
        """One character a column, drawn as wide as the columns are."""
        return "".join(cell * self.columns_per_phase for cell in cells)

    def column_of(self, phase: Phase) -> int:
        """The first character of the phase's column."""
        return phase // self.phases_per_column * self.columns_per_phase


def picture(chart: Chart, marks: Marks, width: int) -> Text:
    """The chart in at most `width` characters a line (never fewer than 24)."""
    label = len(str(chart.size_bytes))
    grid = _grid(chart, max(width, 24) - label - 2)
    cells, hidden = _cells(chart, grid)
    text = Text(no_wrap=True, overflow="crop")
    for line in _ruler(grid):
        text.append(" " * (label + 2) + line + "\n", style="dim")
    for row, line_cells in enumerate(cells):
        text.append(f"{row * grid.row_bytes:>{label}}  ", style="dim")
        for box in line_cells:
            character = HOLE if box is None else marks.letter(box.buffer) if box.live else WAITING
            style = "dim" if box is None else marks.style(box.buffer)
            text.append(character * grid.columns_per_phase, style=style)
        text.append("\n")
    for name, line in _marks_of_time(chart, grid):
        text.append(" " * (label + 2) + line + f" {name}\n", style="dim")
    text.append_text(_notes(chart, grid, marks, hidden))
    return text


def _grid(chart: Chart, room: int) -> Grid:
    granule = gcd(chart.size_bytes, *(box.start_bytes for box in chart.boxes), *(box.end_bytes for box in chart.boxes))
    row_bytes = granule * -(-chart.size_bytes // (granule * MOST_ROWS))
    room = max(1, min(room, MOST_COLUMNS))
    merged = -(-chart.phases // room)
    return Grid(
        row_bytes=row_bytes,
        rows=-(-chart.size_bytes // row_bytes),
        phases_per_column=merged,
        columns_per_phase=1 if merged > 1 else min(WIDEST_PHASE, room // chart.phases),
        phases=chart.phases,
    )


def _cells(chart: Chart, grid: Grid) -> tuple[list[list[Box | None]], set[str]]:
    """What fills most of each cell (None: more than half of it is a hole), and the buffers that no cell shows."""
    filled: list[list[Counter[Box]]] = [[Counter() for _ in range(grid.columns)] for _ in range(grid.rows)]
    for box in chart.boxes:
        for row in range(box.start_bytes // grid.row_bytes, -(-box.end_bytes // grid.row_bytes)):
            height = min(box.end_bytes, (row + 1) * grid.row_bytes) - max(box.start_bytes, row * grid.row_bytes)
            for column in range(box.start // grid.phases_per_column, -(-box.end // grid.phases_per_column)):
                first = column * grid.phases_per_column
                span = min(box.end, first + grid.phases_per_column) - max(box.start, first)
                filled[row][column][box] += height * span
    cells: list[list[Box | None]] = []
    for row, counters in enumerate(filled):
        height = min(grid.row_bytes, chart.size_bytes - row * grid.row_bytes)
        line: list[Box | None] = []
        for column, counter in enumerate(counters):
            span = min(grid.phases_per_column, grid.phases - column * grid.phases_per_column)
            line.append(_winner(counter, height * span))
        cells.append(line)
    shown = {box.buffer for line in cells for box in line if box is not None}
    return cells, set(chart.buffers) - shown


def _winner(filled: Counter[Box], area: int) -> Box | None:
    if 2 * sum(filled.values()) < area or not filled:
        return None
    by_buffer: defaultdict[str, int] = defaultdict(int)
    for box, share in filled.items():
        by_buffer[box.buffer] += share
    buffer = max(by_buffer, key=by_buffer.__getitem__)
    return max((box for box in filled if box.buffer == buffer), key=lambda box: (filled[box], box.live))


def _ruler(grid: Grid) -> list[str]:
    """Phase numbers, each above its first column, as many as fit."""
    line, free = "", 0
    for phase in range(0, grid.phases, grid.phases_per_column):
        at, number = grid.column_of(phase), str(phase)
        if at >= free and at + len(number) <= max(grid.columns * grid.columns_per_phase, len(number)):
            line = line.ljust(at) + number
            free = len(line) + 3
    return [line]


def _marks_of_time(chart: Chart, grid: Grid) -> list[tuple[str, str]]:
    lines = []
    width = grid.columns * grid.columns_per_phase
    for start, end in sorted(chart.loops):
        first = grid.column_of(start)
        last = max(first, grid.column_of(end - 1) + grid.columns_per_phase - 1)
        line = "[" + "-" * (last - first - 1) + "]" if last > first else "o"
        lines.append(("loop", (" " * first + line).ljust(width)))
    if chart.barriers:
        at = {grid.column_of(phase) for phase in chart.barriers}
        lines.append(("barriers", "".join("|" if column in at else " " for column in range(width))))
    return lines[:8]


def _notes(chart: Chart, grid: Grid, marks: Marks, hidden: set[str]) -> Text:
    used, phase = chart.peak
    name = chart.phase_names[phase]
    notes = [
        f"peak: {used} of {chart.size_bytes} bytes in phase {phase}" + ("" if name == str(phase) else f" ({name})")
    ]
    scale = f"one line: {grid.row_bytes} bytes"
    if grid.phases_per_column > 1:
        scale += f", one column: {grid.phases_per_column} phases"
    notes.append(
        f"{scale}; {HOLE} free" + (f", {WAITING} kept until a barrier" if any(not b.live for b in chart.boxes) else "")
    )
    never = {buffer for buffer in hidden if all(box.buffer != buffer for box in chart.boxes)}
    small = sorted(marks.letter(buffer) for buffer in hidden - never)
    if small:
        notes.append("too small for the picture: " + " ".join(small))
    if never:
        notes.append("never used: " + " ".join(sorted(marks.letter(buffer) for buffer in never)))
    return Text("\n".join(notes), style="dim")
