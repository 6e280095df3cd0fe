"""A layout in the terminal: offsets downwards, phases to the right, a letter for each buffer, holes as dots."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict

from rich.text import Text

from warpack.service.derived import stretch
from warpack.service.render.chart import Box, Chart, State
from warpack.service.render.grid import Grid, grid_of
from warpack.service.render.marks import BETWEEN, CARRIED, HOLE, WAITING, Marks
from warpack.service.render.ruler import scopes_said, under

_NARROWEST = 24
_SIDE_NOTE = 10
"""Characters at the right of the picture, for the names of the lines below it."""
_MOST_EXPLAINED = 6
_SIGNS: dict[State, str] = {"carried": CARRIED, "between": BETWEEN, "waiting": WAITING}
_MEANT: dict[State, str] = {
    "carried": "carried on, to be found again",
    "between": "kept between a write and a read",
    "waiting": "kept until a barrier",
}


def picture(chart: Chart, marks: Marks, width: int, most_lines: int | None = None) -> Text:
    """The chart in at most `width` characters a line (never fewer than 24). With `most_lines`, it has no more lines of
    bytes, and the remarks below it are the short ones."""
    label = len(str(chart.size_bytes))
    grid = grid_of(chart, max(width, _NARROWEST) - label - 2 - _SIDE_NOTE, most_lines)
    cells = _cells(chart, grid)
    text = Text(" " * (label + 2) + _ruler(grid) + "\n", style="dim", no_wrap=True, overflow="crop")
    for line, line_cells in zip(grid.lines, cells, strict=True):
        text.append(f"{line.start if line.first else '':>{label}}  ", style="dim")
        for box in line_cells:
            character = HOLE if box is None else _SIGNS.get(box.state) or marks.letter(box.buffer)
            text.append(character * grid.columns_per_phase, style="dim" if box is None else marks.style(box.buffer))
        text.append("\n")
    for below in under(chart, grid):
        text.append(" " * (label + 2) + below + "\n", style="dim")
    remarks = _remarks(chart, grid, marks)
    if most_lines is None:
        remarks += [*_reasons(chart), *_unseen(chart, marks, cells)]
    text.append("\n".join(remarks) + ("\n" if most_lines is None else ""), style="dim")
    return text


def _reasons(chart: Chart) -> list[str]:
    """Why pieces are live in phases that are not stated, in a sentence for each of the first."""
    why = [
        f"{box.name} in {stretch(chart.phase_names, box.start, box.end)}: {box.why}"
        for box in chart.boxes
        if box.why and not box.above
    ]
    more = len(why) - _MOST_EXPLAINED
    return why[:_MOST_EXPLAINED] + ([f"and {more} more stretches in which contents are kept"] if more > 0 else [])


def _cells(chart: Chart, grid: Grid) -> list[list[Box | None]]:
    """The box that fills most of each cell. None if more than half of the cell is a hole."""
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
    """Phase numbers, each above its first column. As many as fit are shown."""
    line = ""
    for number in range(grid.columns):
        phase = str(grid.column(number)[0])
        at = number * grid.columns_per_phase
        if (not line or at >= len(line) + 3) and at + len(phase) <= max(grid.width, len(phase)):
            line = line.ljust(at) + phase
    return line


def _remarks(chart: Chart, grid: Grid, marks: Marks) -> list[str]:
    used, phase = chart.peak
    name = chart.phase_names[phase]
    where = str(phase) if name == str(phase) else f"{phase} ({name})"
    remarks = [f"peak: {used} of {chart.size_bytes} bytes in phase {where}"]
    signs = [f"{HOLE} free"]
    states = {box.state for box in chart.boxes}
    signs += [f"{sign} {_MEANT[state]}" for state, sign in _SIGNS.items() if state in states]
    signs += scopes_said(chart)
    if grid.phases_per_column > 1:
        signs.append(f"a column is {grid.phases_per_column} phases")
    if not grid.to_scale:
        signs.append("heights are not to scale, the offsets at the left are")
    remarks.append("; ".join(signs))
    if chart.windows_from is not None:
        remarks.append(f"the windows of runs begin at byte {chart.windows_from}")
    above = {box.buffer for box in chart.boxes if box.above}
    if above:
        remarks.append(f"of the block, over some window: {' '.join(marks.letters(above))}")
    return remarks


def _unseen(chart: Chart, marks: Marks, cells: list[list[Box | None]]) -> list[str]:
    """The buffers that no cell shows."""
    remarks = []
    used_buffers = {box.buffer for box in chart.boxes}
    shown = {box.buffer for line in cells for box in line if box is not None}
    for what, buffers in (
        ("too small for the picture", used_buffers - shown),
        ("never used", set(chart.buffers) - used_buffers),
    ):
        if buffers:
            remarks.append(f"{what}: {' '.join(marks.letters(buffers))}")
    return remarks
