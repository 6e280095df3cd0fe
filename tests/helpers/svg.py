"""What stands in a picture: its texts and where they lie, by the measure that the pictures are laid out with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import cos, pi, sin
from xml.etree import ElementTree

from warpack.service.render.draw.text import width_of

SVG = "{http://www.w3.org/2000/svg}"

_ABOVE, _BELOW = 0.76, 0.24
"""How far letters reach above and below their base line, in font sizes."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Text:
    """A text, what the pointer shows of it, its class, and the four corners of where it lies."""

    text: str
    note: str
    kind: str
    corners: tuple[Point, ...]

    def meets(self, other: Text) -> bool:
        """Whether the two overlap: no line along an edge of either has them on different sides."""
        return not any(_apart(axis, self, other) for one in (self, other) for axis in one.axes)

    @property
    def axes(self) -> tuple[Point, Point]:
        (x, y), (right, level), *_ = self.corners
        return (right - x, level - y), (y - level, right - x)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        across, down = [x for x, _ in self.corners], [y for _, y in self.corners]
        return min(across), min(down), max(across), max(down)


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)


def texts_of(root: ElementTree.Element) -> list[Text]:
    return [_text(element) for element in root.iter(f"{SVG}text")]


def notes_of(root: ElementTree.Element, tag: str = "rect") -> list[str]:
    return [element.findtext(f"{SVG}title") or "" for element in root.iter(f"{SVG}{tag}")]


def overlapping(texts: list[Text]) -> list[tuple[str, str]]:
    return [(one.text, other.text) for one, other in combinations(texts, 2) if _near(one, other) and one.meets(other)]


def outside(root: ElementTree.Element, texts: list[Text]) -> list[str]:
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    return [
        one.text
        for one in texts
        if one.bounds[0] < 0 or one.bounds[1] < 0 or one.bounds[2] > width or one.bounds[3] > height
    ]


def _text(element: ElementTree.Element) -> Text:
    x, y, size = (float(element.get(name, "0")) for name in ("x", "y", "font-size"))
    written = element.text or ""
    width = width_of(written, size, bold=element.get("font-weight") == "bold")
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[element.get("text-anchor", "start")]
    low, high = y + _BELOW * size, y - _ABOVE * size
    corners = [(left, high), (left + width, high), (left + width, low), (left, low)]
    turned = element.get("transform")
    if turned is not None:
        angle, *about = (float(number) for number in turned.removeprefix("rotate(").removesuffix(")").split())
        corners = [_turned(corner, angle, (about[0], about[1])) for corner in corners]
    return Text(written, element.findtext(f"{SVG}title") or "", element.get("class", ""), tuple(corners))


def _turned(point: Point, angle: float, about: Point) -> Point:
    x, y = point[0] - about[0], point[1] - about[1]
    c, s = cos(angle * pi / 180), sin(angle * pi / 180)
    return about[0] + x * c - y * s, about[1] + x * s + y * c


def _near(one: Text, other: Text) -> bool:
    a, b = one.bounds, other.bounds
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _apart(axis: Point, one: Text, other: Text) -> bool:
    reaches = [[x * axis[0] + y * axis[1] for x, y in text.corners] for text in (one, other)]
    return max(reaches[0]) <= min(reaches[1]) or max(reaches[1]) <= min(reaches[0])
