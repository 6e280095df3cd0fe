"""A layout in the terminal: offsets downwards, phases to the right, a letter for each buffer, holes as dots."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict

from rich.text import Text

from service.render.chart import Box, Chart
from service.render.grid import Grid, grid_of
from service.render.marks import HOLE, WAITING, Marks

_NARROWEST = 24
_SIDE_NOTE = 10
"""Characters at the right for the names of the lines below the picture."""


def picture(chart: Chart, marks: Marks, width: int) -> Text:
    """The chart in at most `width` characters a line (never fewer than 24)."""
    label = len(str(chart.size_bytes))
    grid = grid_of(chart, max(width, _NARROWEST) - label - 2 - _SIDE_NOTE)
    cells = _cells(chart, grid)
    text = Text(" " * (label + 2) + _ruler(grid) + "\n", style="dim", no_wrap=True, overflow="crop")
    for line, line_cells in zip(grid.lines, cells, strict=True):
        text.append(f"{line.start if line.first else '':>{label}}  ", style="dim")
        for box in line_cells:
            character = HOLE if box is None else marks.letter(box.buffer) if box.live else WAITING
            text.append(character * grid.columns_per_phase, style="dim" if box is None else marks.style(box.buffer))
        text.append("\n")
    for below in _loops_and_barriers(chart, grid):
        text.append(" " * (label + 2) + below + "\n", style="dim")
    for remark in _remarks(chart, grid, marks, cells):
        text.append(remark + "\n", style="dim")
    return text


def _cells(chart: Chart, grid: Grid) -> list[list[Box | None]]:
    """What fills most of each cell; None where more than half of it is a hole."""
    filled: list[list[Counter[Box]]] = [[Counter() for _ in range(grid.columns)] for _ in grid.lines]
    starts = [line.start for line in grid.lines]
    for box in chart.boxes:
        for row in range(bisect_right(starts, box.start_bytes) - 1, len(starts)):
            line = grid.lines[row]
            if line.start >= box.end_bytes:
                break
            height = min(box.end_bytes, line.end) - max(box.start_bytes, line.start)
            for number in range(box.start // grid.phases_per_column, -(-box.end // grid.phases_per_column)):
                first, end = grid.column(number)
                filled[row][number][box] += height * (min(box.end, end) - max(box.start, first))
    cells: list[list[Box | None]] = []
    for line, counters in zip(grid.lines, filled, strict=True):
        widths = [end - first for first, end in map(grid.column, range(grid.columns))]
        areas = [(line.end - line.start) * width for width in widths]
        cells.append([_winner(counter, area) for counter, area in zip(counters, areas, strict=True)])
    return cells


def _winner(filled: Counter[Box], area: int) -> Box | None:
    if not filled or 2 * sum(filled.values()) < area:
        return None
    by_buffer: defaultdict[str, int] = defaultdict(int)
    for box, share in filled.items():
        by_buffer[box.buffer] += share
    buffer = max(by_buffer, key=by_buffer.__getitem__)
    return max((box for box in filled if box.buffer == buffer), key=lambda box: (filled[box], box.live))


def _ruler(grid: Grid) -> str:
    """Phase numbers, each above its first column, as many as fit."""
    line = ""
    for number in range(grid.columns):
        phase = str(grid.column(number)[0])
        at = number * grid.columns_per_phase
        if (not line or at >= len(line) + 3) and at + len(phase) <= max(grid.width, len(phase)):
            line = line.ljust(at) + phase
    return line


def _loops_and_barriers(chart: Chart, grid: Grid) -> list[str]:
    lines = []
    for start, end in sorted(chart.loops)[:6]:
        first, last = grid.character_of(start), grid.character_of(end - 1) + grid.columns_per_phase - 1
        bracket = "[" + "-" * (last - first - 1) + "]" if last > first else "o"
        lines.append((" " * first + bracket).ljust(grid.width) + " loop")
    if chart.barriers:
        at = {grid.character_of(phase) for phase in chart.barriers}
        lines.append("".join("|" if character in at else " " for character in range(grid.width)) + " barriers")
    return lines


def _remarks(chart: Chart, grid: Grid, marks: Marks, cells: list[list[Box | None]]) -> list[str]:
    used, phase = chart.peak
    name = chart.phase_names[phase]
    where = str(phase) if name == str(phase) else f"{phase} ({name})"
    remarks = [f"peak: {used} of {chart.size_bytes} bytes in phase {where}"]
    signs = [f"{HOLE} free"]
    if any(not box.live for box in chart.boxes):
        signs.append(f"{WAITING} kept until a barrier")
    if grid.phases_per_column > 1:
        signs.append(f"a column is {grid.phases_per_column} phases")
    if not grid.to_scale:
        signs.append("heights are not to scale, the offsets at the left are")
    remarks.append("; ".join(signs))
    used_buffers = {box.buffer for box in chart.boxes}
    shown = {box.buffer for line in cells for box in line if box is not None}
    for what, buffers in (
        ("too small for the picture", used_buffers - shown),
        ("never used", set(chart.buffers) - used_buffers),
    ):
        if buffers:
            remarks.append(f"{what}: {' '.join(marks.letters(buffers))}")
    return remarks
