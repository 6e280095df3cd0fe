"""A plot of two numbers: axes with round figures, and labels that go where there is room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from warpack.service.render.draw.canvas import Anchor, Area, Canvas, area_of
from warpack.service.render.draw.text import counted, shortened

Mark = Literal["here", "own", "none", "aliases", "other"]

_SIZE = 10.0


@dataclass(frozen=True)
class Plot:
    """`area` has `[x_low, x_high]` across and `[y_low, y_high]` up."""

    area: Area
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        return self.area.left + (value - self.x_low) * self.area.width / max(1, self.x_high - self.x_low)

    def y(self, value: float) -> float:
        return self.area.bottom - (value - self.y_low) * self.area.height / max(1, self.y_high - self.y_low)

    def draw(self, canvas: Canvas, *, x_label: str, y_label: str, x_unit: int = 1, y_unit: int = 1) -> None:
        """The ground, the axes and what they count. An axis of threads has the unit 32."""
        area = self.area
        canvas.rect(area, "plot")
        for value in round_figures(self.y_low, self.y_high, int(area.height // 36), y_unit):
            y = self.y(value)
            canvas.line([(area.left - 4, y), (area.right, y)], "rule")
            text = shortened(counted(value), _SIZE, area.left - 12)
            canvas.text(area.left - 7, y + 3.6, text, size=_SIZE, kind="soft", anchor="end")
        for value in round_figures(self.x_low, self.x_high, int(area.width // 90), x_unit):
            x, text = self.x(value), counted(value)
            canvas.line([(x, area.bottom), (x, area.bottom + 4)], "rule")
            canvas.text(x, area.bottom + 16, text, size=_SIZE, kind="soft", anchor="middle")
        canvas.text((area.left + area.right) / 2, area.bottom + 33, x_label, size=11, kind="soft", anchor="middle")
        canvas.text(area.left, area.top - 8, y_label, size=11, bold=True)

    def label(self, canvas: Canvas, x: float, y: float, text: str, *, kind: str = "text", bold: bool = False) -> bool:
        """Beside a point of the page, on the side that has room for it; whether there is one."""
        places: tuple[tuple[float, float, Anchor], ...] = (
            (x + 10, y - 7, "start"),
            (x + 10, y + 14, "start"),
            (x - 10, y - 7, "end"),
            (x - 10, y + 14, "end"),
            (x, y - 12, "middle"),
            (x, y + 21, "middle"),
            (x + 10, y - 22, "start"),
            (x - 10, y + 29, "end"),
        )
        for left, base, anchor in places:
            where = area_of(left, base, text, 11, anchor, bold=bold)
            inside = self.area.left + 2 <= where.left and where.right <= self.area.right - 2
            inside = inside and self.area.top + 1 <= where.top and where.bottom <= self.area.bottom - 1
            if inside and canvas.free(where) and canvas.crossed.free(where):
                canvas.take(where)
                canvas.text(left, base, text, kind=kind, anchor=anchor, bold=bold)
                return True
        return False


def round_figures(low: float, high: float, most: int, unit: int = 1) -> list[int]:
    """At most about `most` multiples of 1, 2 or 5 times a power of ten, or of a power of two times `unit`. Where that
    leaves one alone, of a smaller unit."""
    step, number = unit, 0
    while (high - low) / step > max(1, most):
        step = step * 2 if unit > 1 else (2, 5, 10)[number % 3] * 10 ** (number // 3)
        number += 1
    first = -(-int(low) // step) * step
    figures = list(range(first, int(high) + 1, step))
    return figures if len(figures) > 1 or unit == 1 else round_figures(low, high, most, unit // 2)


def draw_mark(canvas: Canvas, x: float, y: float, mark: Mark, note: str = "") -> None:
    """A diamond for the layout itself, a square for the user's own, rings and a triangle for the others."""
    if mark == "here":
        canvas.path(f"M{x:.2f} {y - 7:.2f} l7 7 l-7 7 l-7 -7 z", "strong edge", note)
    elif mark == "own":
        canvas.path(f"M{x - 5:.2f} {y - 5:.2f} h10 v10 h-10 z", "mark edge", note)
    elif mark == "aliases":
        canvas.path(f"M{x:.2f} {y - 6:.2f} l6 11 h-12 z", "page ink-edge", note)
    else:
        kind = "page ink-edge" if mark == "none" else "mark edge"
        radius = 5.5 if mark == "none" else 4.0
        arcs = f"a{radius} {radius} 0 1 0 {2 * radius} 0 a{radius} {radius} 0 1 0 {-2 * radius} 0 z"
        canvas.path(f"M{x - radius:.2f} {y:.2f} {arcs}", kind, note)


def marked(canvas: Canvas, mark: Mark) -> Callable[[Area], None]:
    """The mark for a key."""
    return lambda area: draw_mark(canvas, (area.left + area.right) / 2, (area.top + area.bottom) / 2, mark)
