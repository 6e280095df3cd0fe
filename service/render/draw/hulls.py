"""Contiguous windows: the bytes that a component keeps to itself, as outlines in a plot."""

from __future__ import annotations

from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.frame import Frame
from warpack.service.render.hulls import Hull

HULL = ' stroke-width="1.6" stroke-dasharray="7 3"'


def draw_hulls(canvas: Canvas, frame: Frame) -> None:
    """An outline around the bytes of each window, in the phases in which buffers of its component are live."""
    for hull in frame.chart.hulls:
        area = frame.box(hull.start, hull.end, hull.start_bytes, hull.end_bytes)
        canvas.rect(area, "ink", hull_note(hull), HULL)
        for y in (area.top, area.bottom):
            canvas.crossed.add(Area(area.left, y - 1, area.right, y + 1))


def hull_note(hull: Hull) -> str:
    return f"contiguous window of {hull.path}: bytes {hull.start_bytes} to {hull.end_bytes - 1}"
