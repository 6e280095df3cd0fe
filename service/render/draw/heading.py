"""The head and the foot of a picture: its title, and lines of text that are wrapped to its width."""

from __future__ import annotations

from collections.abc import Iterable

from warpack.service.render.draw.canvas import Canvas
from warpack.service.render.draw.text import LINE, printed, shortened, wrapped
from warpack.solver.wire.layout import Layout

MARGIN = 16.0

_TITLE = 17.0
_SIZE = 11.5
_CAPTION = 12.5


def title_of(layout: Layout) -> str:
    return layout.name or "layout"


def draw_heading(canvas: Canvas, title: str, lines: Iterable[str]) -> float:
    """Where it ends on the page."""
    room = canvas.width - 2 * MARGIN
    shown = shortened(printed(title), _TITLE, room, bold=True)
    canvas.text(MARGIN, MARGIN + _TITLE, shown, size=_TITLE, bold=True, note=title)
    return draw_lines(canvas, MARGIN, MARGIN + _TITLE * 1.45, lines)


def draw_lines(canvas: Canvas, left: float, top: float, lines: Iterable[str], *, kind: str = "soft") -> float:
    """Where they end on the page."""
    y = top
    for line in lines:
        for part in wrapped(printed(line), _SIZE, canvas.width - left - MARGIN):
            y += _SIZE * LINE * 1.12
            canvas.text(left, y, part, size=_SIZE, kind=kind)
    return y + 4


def draw_caption(canvas: Canvas, left: float, top: float, text: str, room: float) -> float:
    """A sentence above a plot. Where it ends on the page."""
    y = top
    for part in wrapped(printed(text[0].upper() + text[1:]), _CAPTION, room, bold=True):
        canvas.text(left, y + 16, part, size=_CAPTION, bold=True)
        y += 16
    return y + 4


def empty_picture(canvas: Canvas, title: str, sentence: str) -> str:
    """A document that says why there is nothing to draw."""
    return canvas.end(draw_heading(canvas, title, [sentence]) + MARGIN)
