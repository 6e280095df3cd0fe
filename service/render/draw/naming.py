"""Names in boxes: where a name fits it stands there, level or upright; else a number may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from warpack.service.render.draw.canvas import Area, Canvas, Places
from warpack.service.render.draw.strips import Strip
from warpack.service.render.draw.text import ASCENT, LINE, printed, width_of

_SIZES = (12.0, 11.0, 10.0, 9.0, 8.0)
_SEEN = 2.0
"""Pixels that a box beside its name has at least: what is thinner would seem to be a line."""
_MARGIN = 4
"""Pixels between a name and the ends of its box."""


def short(name: str) -> str:
    """The name without its component."""
    return name.rpartition("/")[2]


def named_in_boxes(canvas: Canvas, plot: Area, drawn: Sequence[Strip]) -> set[str]:
    """Writes the name of each buffer or part into its widest box, where it fits, or beside a thin one where the plot is
    free. The names that were written."""
    rooms: defaultdict[str, list[Area]] = defaultdict(list)
    for strip in drawn:
        if strip.box.state == "waiting":
            continue
        areas, area = rooms[strip.box.name], strip.area
        last = areas[-1] if areas else None
        if last is not None and last.top == area.top and -0.5 < area.left - last.right <= 1:
            areas[-1] = Area(last.left, last.top, area.right, last.bottom)
        else:
            areas.append(area)
    ordered = sorted(rooms.items(), key=lambda item: (-max(area.width * area.height for area in item[1]), item[0]))
    named = {name for name, areas in ordered if any(write_in_box(canvas, name, area) for area in _widest(areas))}
    boxes = Places()
    for strip in drawn:
        boxes.add(strip.area)
    beside = {
        name
        for name, areas in ordered
        if name not in named and any(_beside(canvas, plot, boxes, name, area) for area in _widest(areas))
    }
    return named | beside


def numbered_in_boxes(canvas: Canvas, drawn: Iterable[Strip], numbers: dict[str, int]) -> None:
    """Writes the number of each buffer or part that has one into its widest box, where it fits."""
    widest: dict[str, Area] = {}
    for strip in drawn:
        name = strip.box.name
        if name in numbers and (name not in widest or strip.area.width > widest[name].width):
            widest[name] = strip.area
    for name, area in widest.items():
        _write(canvas, str(numbers[name]), area, name, (9.0, 8.0))


def write_in_box(canvas: Canvas, name: str, area: Area, text: str = "") -> bool:
    """Writes `text`, or the short form of `name`, into a box; whether it fits."""
    return _write(canvas, text or printed(short(name)), area, name, _SIZES)


def _widest(areas: list[Area]) -> list[Area]:
    return sorted(areas, key=lambda area: -area.width)[:3]


def _write(canvas: Canvas, text: str, area: Area, note: str, sizes: Iterable[float]) -> bool:
    for size in sizes:
        width, height = width_of(text, size), LINE * size
        if height <= area.height and width + 2 * _MARGIN <= area.width:
            if _level(canvas, text, area, size, note):
                return True
        elif width + 2 * _MARGIN <= area.height and height <= area.width and _upright(canvas, text, area, size, note):
            return True
    return False


def _beside(canvas: Canvas, plot: Area, boxes: Places, name: str, area: Area) -> bool:
    """Just above a thin box, or just below it."""
    text, size = printed(short(name)), _SIZES[-2]
    width, height = width_of(text, size), LINE * size
    left = min(max(area.left, plot.left + 2), plot.right - 2 - width)
    if left < plot.left or width > max(area.width, 120) or min(area.width, area.height) < _SEEN:
        return False
    for top in (area.top - height - 0.5, area.bottom + 0.5):
        place = Area(left, top, left + width, top + height)
        inside = plot.top <= place.top and place.bottom <= plot.bottom
        if inside and boxes.free(place) and canvas.free(place):
            canvas.take(place)
            canvas.text(left, top + ASCENT * size, text, size=size, note=name)
            return True
    return False


def _level(canvas: Canvas, text: str, area: Area, size: float, note: str) -> bool:
    """In the middle of the box, or where nothing is in the way; clear of lines if that can be."""
    width, height = width_of(text, size), LINE * size
    room, up = area.width - width - 2 * _MARGIN, area.height - height
    lefts = [area.left + _MARGIN + room * share for share in (0.5, 0.25, 0.75, 0.0, 1.0)]
    tops = [area.top + up * share for share in ((0.5, 0.2, 0.8) if area.height > 3 * height else (0.5,))]
    places = [Area(left, top, left + width, top + height) for top in tops for left in lefts]
    free = [place for place in places if canvas.free(place)]
    if not free:
        return False
    place = next((place for place in free if canvas.crossed.free(place)), free[0])
    canvas.take(place)
    canvas.text(place.left, place.top + ASCENT * size, text, size=size, note=note)
    return True


def _upright(canvas: Canvas, text: str, area: Area, size: float, note: str) -> bool:
    width = width_of(text, size)
    centre = (area.left + area.right) / 2
    bottom = (area.top + area.bottom + width) / 2
    left = centre - LINE * size / 2
    place = Area(left, bottom - width, left + LINE * size, bottom)
    if not canvas.free(place):
        return False
    canvas.take(place)
    canvas.text(left + ASCENT * size, bottom, text, size=size, angle=-90, note=note)
    return True
