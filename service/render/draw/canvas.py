"""An SVG document as it is drawn: shapes, and texts that keep their distance from one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from warpack.service.render.draw.palette import Theme, fill_class, rules
from warpack.service.render.draw.text import ASCENT, FONTS, LINE, escaped, exact, printed, width_of

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the page, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass
class Places:
    """Areas, by the strips of 32 pixels that they lie in."""

    _rows: dict[int, list[Area]] = field(default_factory=dict)

    def add(self, area: Area) -> None:
        for row in _rows(area):
            self._rows.setdefault(row, []).append(area)

    def free(self, area: Area) -> bool:
        """Whether none of them meets `area`."""
        return not any(area.meets(other) for row in _rows(area) for other in self._rows.get(row, ()))


@dataclass
class Canvas:
    """`title` and `description` are what a screen reader says. The page has the width that is given, in pixels, and the
    height that `end` is told."""

    width: float
    title: str
    description: str = ""
    theme: Theme = "auto"
    _body: list[str] = field(default_factory=list)
    _fills: set[tuple[int, int]] = field(default_factory=set)
    _taken: Places = field(default_factory=Places)
    crossed: Places = field(default_factory=Places)
    """Where lines cross that texts keep clear of if they can."""

    @property
    def narrow(self) -> bool:
        """Whether what else stands side by side must stand one below another."""
        return self.width < 760

    def fill(self, hue: int, shade: int, *, tint: bool = False) -> str:
        """The class of a component's colour."""
        self._fills.add((hue, shade))
        return fill_class(hue, shade, "tint" if tint else "full")

    def rect(self, area: Area, kind: str, note: str = "", more: str = "") -> None:
        """`kind`: classes of the style sheet. `note` is shown when the pointer rests on the shape."""
        place = f'x="{_n(area.left)}" y="{_n(area.top)}" width="{_n(area.width)}" height="{_n(area.height)}"'
        self._add("rect", f'class="{kind}" {place}{more}', note)

    def path(self, course: str, kind: str, note: str = "", more: str = "") -> None:
        self._add("path", f'class="{kind}" d="{course}"{more}', note)

    def line(self, points: list[tuple[float, float]], kind: str, note: str = "", more: str = "") -> None:
        self.path("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points), kind, note, more)

    @staticmethod
    def quoted(text: str) -> str:
        """For the value of an attribute."""
        return escaped(text)

    def open(self, more: str) -> None:
        self._body.append(f"<g {more}>")

    def close(self) -> None:
        self._body.append("</g>")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 11,
        kind: str = "text",
        anchor: Anchor = "start",
        bold: bool = False,
        angle: int = 0,
        note: str = "",
    ) -> None:
        """A text whose base line begins, has its middle or ends at a point, turned by `angle` degrees about it."""
        text = printed(text)
        if not text.strip():
            return
        more = "" if anchor == "start" else f' text-anchor="{anchor}"'
        more += ' font-weight="bold"' if bold else ""
        more += f' transform="rotate({angle} {_n(x)} {_n(y)})"' if angle else ""
        width = width_of(text, size, bold=bold)
        if width and not exact(text):
            more += f' textLength="{_n(width)}" lengthAdjust="spacingAndGlyphs"'
        within = f"<title>{escaped(note)}</title>" if note else ""
        self._body.append(
            f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{more}>{escaped(text)}{within}</text>'
        )

    def free(self, area: Area) -> bool:
        """Whether no text was noted there."""
        return self._taken.free(area)

    def take(self, area: Area) -> None:
        self._taken.add(area)

    def end(self, height: float) -> str:
        """The document."""
        width, height = round(self.width), round(height)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="warpack-{self.theme}" role="img" '
            f'aria-label="{escaped(self.title)}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'font-family="{FONTS}" style="max-width: 100%; height: auto">'
        )
        style = "\n".join(rules(self.theme, self._fills))
        lines = [
            head,
            f"<title>{escaped(self.title)}</title>",
            f"<desc>{escaped(self.description)}</desc>",
            f"<style>\n{style}\n</style>",
            '<rect class="page" width="100%" height="100%"/>',
            *self._body,
        ]
        return "\n".join([*lines, "</svg>", ""])

    def _add(self, name: str, attributes: str, note: str) -> None:
        end = f"><title>{escaped(note)}</title></{name}>" if note else "/>"
        self._body.append(f"<{name} {attributes}{end}")


def area_of(x: float, y: float, text: str, size: float, anchor: Anchor = "start", *, bold: bool = False) -> Area:
    """Where a level text lies whose base line is at `y`."""
    width = width_of(printed(text), size, bold=bold)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Area(left, y - ASCENT * size, left + width, y + (LINE - ASCENT) * size)


def _rows(area: Area) -> range:
    return range(int(area.top // 32), int(area.bottom // 32) + 1)


def _n(value: float) -> str:
    """At most two decimals, and no more than there are."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
