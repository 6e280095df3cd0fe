"""A layout on one screen: where the bytes went, what holds the peak, and what one more step would need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from warpack.service.render.advice import advice_figures
from warpack.service.render.figures import Figure, figures_table
from warpack.service.render.frontier import frontier_table
from warpack.service.render.marks import MANY, Marks
from warpack.service.render.reports import brief_validation
from warpack.service.render.summary import summary
from warpack.service.render.table import foremost, table_of
from warpack.service.render.text import plain
from warpack.service.render.view import pictured, pictures, title
from warpack.service.render.wrapping import Prose
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LINES = 44
"""Of a screen, where there is no terminal to ask."""
_FEWEST_ROWS, _FEWEST_LINES = 5, 6
"""What table and picture have at least, however low the screen is."""
_PICTURE_FRAME = 5
"""Lines around the bytes of a picture: its title, phases and remarks."""
_MOST_POINTS = 6
_MOST_WARNINGS = 3
_ON_REQUEST = frozenset({"bank conflicts", "against declared aliases only", "compared by", "auto", "promoted"})
"""Figures that --verbose tells."""


def brief_view(manifest: Manifest, layout: Layout, console: Console, lines: int = LINES) -> Iterator[RenderableType]:
    """Renderables of about `lines` lines on this console. Figures, findings and what is wrong come first; table and
    picture have the rest. What was left out is told, with the option that shows it."""
    figures = _figures(manifest, layout)
    if layout.launch is not None or layout.pool is not None:
        figures += brief_validation(layout.validation)
    below: list[RenderableType] = [figures_table(figures)]
    if layout.frontier:
        below += [Text(), Text("frontier", style="bold"), frontier_table(layout.frontier, _MOST_POINTS)]
    below += _warnings(layout)
    placed = pictured(layout)
    head: list[RenderableType] = [title(manifest, layout), Text()]
    yield from head
    if placed:
        taken = sum(len(console.render_lines(each, pad=False)) for each in (*head, *below)) + 3
        yield from _places(sized_for(manifest, layout), layout, console, lines - taken)
    yield from below


def _places(manifest: Manifest, layout: Layout, console: Console, room: int) -> Iterator[RenderableType]:
    """The table and the pictures in `room` lines: half of them each, and the picture what a short table leaves."""
    placed = pictured(layout)
    regions = len({buffer.region for buffer in placed})
    free = room - _PICTURE_FRAME * regions
    rows = min(len(placed), max(_FEWEST_ROWS, free // 2))
    while True:
        shown = foremost(layout, placed, rows)
        marks = Marks((each.full_name for each in shown), (each.full_name for each in placed))
        table = table_of(manifest, shown, marks, _left_out(layout, len(placed), rows))
        high = len(console.render_lines(table, pad=False)) - 2
        if rows <= _FEWEST_ROWS or high <= max(_FEWEST_ROWS, free // 2):
            break
        rows -= 1
    yield table
    yield Text()
    yield from pictures(manifest, layout, marks, console.width, max(_FEWEST_LINES * regions, free - high))
    yield Text()


def _left_out(layout: Layout, placed: int, rows: int) -> str:
    more = [f"{placed - rows} smaller ones, {MANY} in the picture"] if placed > rows else []
    off_chip = sum(1 for each in layout.buffers if each.size_bytes) - placed
    more += [f"{off_chip} in local memory"] if off_chip else []
    empty = sum(1 for each in layout.buffers if not each.size_bytes)
    more += [f"{empty} of no bytes"] if empty else []
    return f"and {', '.join(more)} (--verbose lists all)" if more else ""


def _figures(manifest: Manifest, layout: Layout) -> list[Figure]:
    found = [*summary(manifest, layout), *advice_figures(layout.advice)]
    return [(label, text) for label, text in found if label not in _ON_REQUEST]


def _warnings(layout: Layout) -> Iterator[RenderableType]:
    for warning in layout.warnings[:_MOST_WARNINGS]:
        yield Prose(Text(f"warning: {plain(str(warning))}", style="yellow"))
    if len(layout.warnings) > _MOST_WARNINGS:
        more = len(layout.warnings) - _MOST_WARNINGS
        yield Prose(Text(f"and {more} more warnings (--verbose lists all)", style="yellow"))
