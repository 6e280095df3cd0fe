"""The grid of a picture: bytes become lines, and phases become columns of characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from warpack.service.render.chart import Chart
from warpack.solver.wire.units import Bytes, Phase

MOST_LINES = 44
FEW_LINES = 8
"""A small layout gets so many lines, and not just one for each range."""
MOST_COLUMNS = 120
WIDEST_PHASE = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line for bytes `[start, end)`. `first`: the line begins a range; further lines of the range continue it."""

    start: Bytes
    end: Bytes
    first: bool = True


@dataclass(frozen=True)
class Grid:
    """`to_scale`: no line has more than twice the bytes of another. Either a column has several phases
    (`phases_per_column`), or a phase has several columns (`columns_per_phase`)."""

    lines: tuple[Line, ...]
    to_scale: bool
    phases: int
    phases_per_column: int
    columns_per_phase: int

    @property
    def columns(self) -> int:
        """The number of columns with contents of their own. Each is `columns_per_phase` characters wide."""
        return -(-self.phases // self.phases_per_column)

    @property
    def width(self) -> int:
        """The width of the grid in characters."""
        return self.columns * self.columns_per_phase

    def column(self, number: int) -> tuple[Phase, Phase]:
        """The phases of a column."""
        first = number * self.phases_per_column
        return first, min(self.phases, first + self.phases_per_column)

    def character_of(self, phase: Phase) -> int:
        """The first character of the phase's column."""
        return phase // self.phases_per_column * self.columns_per_phase


def grid_of(chart: Chart, room: int, most_lines: int | None = None) -> Grid:
    """A grid of at most `room` characters in width, and of `most_lines` if there is a limit. Lines end where buffers
    end, so that each buffer shows. With too many buffers for that, all lines have the same number of bytes."""
    places = (place for box in chart.boxes for place in (box.start_bytes, box.end_bytes))
    windows = () if chart.windows_from is None or chart.windows_from >= chart.size_bytes else (chart.windows_from,)
    borders = sorted({0, chart.size_bytes, *places, *windows})
    most = MOST_LINES if most_lines is None else most_lines
    lines = tuple(_between(borders, most)) if len(borders) <= most + 1 else ()
    if not lines or (most_lines is not None and len(lines) > most_lines):
        lines = tuple(_evenly(chart.size_bytes, most))
    room = max(1, min(room, MOST_COLUMNS))
    merged = -(-chart.phases // room)
    return Grid(
        lines=lines,
        to_scale=max(line.end - line.start for line in lines) <= 2 * min(line.end - line.start for line in lines),
        phases=chart.phases,
        phases_per_column=merged,
        columns_per_phase=1 if merged > 1 else min(WIDEST_PHASE, room // chart.phases),
    )


def _between(borders: list[Bytes], most: int) -> Iterator[Line]:
    """The lines of each range between two borders: in proportion to its bytes, and at least one."""
    ranges = list(pairwise(borders))
    wanted = max(min(FEW_LINES, most), min(most, 2 * len(ranges)))
    scale = max(1, -(-borders[-1] // wanted))
    for start, end in ranges:
        count = min(end - start, max(1, (end - start) // scale))
        cuts = [start + (end - start) * number // count for number in range(count + 1)]
        yield from (Line(low, high, low == start) for low, high in pairwise(cuts))


def _evenly(size_bytes: Bytes, count: int) -> Iterator[Line]:
    height = -(-size_bytes // count)
    for start in range(0, size_bytes, height):
        yield Line(start, min(size_bytes, start + height))
