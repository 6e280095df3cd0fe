"""The key of a picture, and the list of buffers that stand in it as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from warpack.service.render.chart import Box
from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import Frame
from warpack.service.render.draw.heading import MARGIN
from warpack.service.render.draw.hulls import HULL
from warpack.service.render.draw.naming import short
from warpack.service.render.draw.program import DASHES, draw_passing
from warpack.service.render.draw.text import counted, printed, shortened, width_of
from warpack.solver.wire.units import Bytes

_SIZE = 10.5
_ROW = 17.0
_SWATCH = 16.0
_LONGEST = 420.0

Draw = Callable[[Area], None]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of the key: `draw` puts it into an area of 16 by 11 pixels."""

    text: str
    draw: Draw


def draw_signs(canvas: Canvas, top: float, signs: Iterable[Sign]) -> float:
    """In lines from left to right. Where they end on the page."""
    x, y = MARGIN, top
    for sign in signs:
        text = shortened(printed(sign.text), _SIZE, min(_LONGEST, canvas.width - 2 * MARGIN - _SWATCH - 6))
        width = _SWATCH + 6 + width_of(text, _SIZE)
        if x > MARGIN and x + width > canvas.width - MARGIN:
            x, y = MARGIN, y + _ROW
        sign.draw(Area(x, y + 3, x + _SWATCH, y + 14))
        canvas.text(
            x + _SWATCH + 6, y + 12.5, text, size=_SIZE, kind="soft", note=sign.text if text != sign.text else ""
        )
        x += width + 20
    return y + _ROW if x > MARGIN else y


def signs_of(canvas: Canvas, frames: Sequence[Frame], colours: Colours) -> list[Sign]:
    """The components, then what else is in the plots."""

    def filled(kind: str) -> Draw:
        return lambda area: canvas.rect(area, kind)

    signs = [Sign(path or "(root)", filled(canvas.fill(hue, 0) + " edge")) for path, hue in colours.hues.items()]
    boxes = [box for frame in frames for box in frame.chart.boxes]
    hue = colours[boxes[0].buffer] if boxes else (0, 0)
    if any(box.state in ("carried", "between") for box in boxes):
        signs.append(Sign("kept, not accessed", filled(canvas.fill(*hue, tint=True) + " edge")))
    if any(box.state == "waiting" for box in boxes):
        signs.append(Sign("kept until a barrier", filled("plot wait")))
    if any(box.above for box in boxes):
        signs.append(Sign("of the block, over some window", filled("line edge")))
    if any(box.persistent for box in boxes):

        def persistent(area: Area) -> None:
            canvas.rect(area, canvas.fill(*hue) + " edge")
            canvas.rect(Area(area.left, area.top, area.left + 3, area.bottom), "mark")
            canvas.rect(Area(area.right - 3, area.top, area.right, area.bottom), "mark")

        signs.append(Sign("persistent", persistent))
    if any(frame.chart.hulls for frame in frames):
        signs.append(Sign("contiguous window", lambda area: canvas.rect(area, "ink", "", HULL)))
    signs.append(Sign("free", filled("plot")))
    for in_place, text in ((False, "handed over"), (True, "handed over in place")):
        if any(one.in_place == in_place for frame in frames for one in frame.chart.passings):
            signs.append(Sign(text, _passing(canvas, in_place)))
    scopes = {mark.scope for frame in frames for mark in frame.chart.barriers}
    signs += [Sign(f"{scope} barrier", _dashed(canvas, dashes)) for scope, dashes in DASHES.items() if scope in scopes]
    signs.append(Sign("fullest phase", lambda area: canvas.rect(area, "band")))
    signs.append(Sign("proven floor", lambda area: canvas.line(_across(area), "hot", "", ' stroke-width="1.5"')))
    return signs


def _passing(canvas: Canvas, in_place: bool) -> Draw:
    return lambda area: draw_passing(canvas, area.left + 7, (area.top + area.bottom) / 2, in_place=in_place)


def _dashed(canvas: Canvas, dashes: str) -> Draw:
    return lambda area: canvas.line(_across(area), "ink", "", f' stroke-dasharray="{dashes}"')


def _across(area: Area) -> list[tuple[float, float]]:
    middle = (area.top + area.bottom) / 2
    return [(area.left, middle), (area.right, middle)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A buffer or part that stands in a picture as a number."""

    number: int
    name: str
    buffer: str
    start_bytes: Bytes
    size_bytes: Bytes


def entries_of(boxes: Iterable[Box], numbers: dict[str, int]) -> list[Entry]:
    """Those of the boxes' buffers and parts that have numbers, by number."""
    found: dict[int, Entry] = {}
    for box in boxes:
        number = numbers.get(box.name)
        if number is not None and number not in found:
            size = box.end_bytes - box.start_bytes
            found[number] = Entry(
                number=number, name=box.name, buffer=box.buffer, start_bytes=box.start_bytes, size_bytes=size
            )
    return [found[number] for number in sorted(found)]


def draw_list(canvas: Canvas, top: float, colours: Colours, entries: Sequence[Entry]) -> float:
    """In columns. Where the list ends on the page."""
    if not entries:
        return top
    texts = [
        f"{one.number}  {printed(short(one.name))} · {counted(one.size_bytes)} B at {counted(one.start_bytes)}"
        for one in entries
    ]
    room = canvas.width - 2 * MARGIN
    longest = min(_LONGEST, max(width_of(text, _SIZE) for text in texts)) + _SWATCH + 28
    columns = max(1, min(len(texts), int(room // longest)))
    rows = -(-len(texts) // columns)
    canvas.text(MARGIN, top + 14, "By number:", size=_SIZE, bold=True)
    for place, (one, text) in enumerate(zip(entries, texts, strict=True)):
        column, row = divmod(place, rows)
        x, y = MARGIN + column * room / columns, top + 20 + row * 14.0
        canvas.rect(Area(x, y + 2, x + 10, y + 12), canvas.fill(*colours[one.buffer]) + " edge")
        end = f" · {counted(one.size_bytes)} B at {counted(one.start_bytes)}"
        start = shortened(text.removesuffix(end), _SIZE, room / columns - 28 - width_of(end, _SIZE))
        canvas.text(x + 15, y + 11, start + end, size=_SIZE, kind="soft", note=one.name)
    return top + 20 + rows * 14.0 + 6
