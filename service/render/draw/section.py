"""What lies where in the fullest phase: a cut through the map, beside it, with every buffer in it named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warpack.service.render.chart import Box, Chart
from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import Frame
from warpack.service.render.draw.naming import short
from warpack.service.render.draw.spread import spread
from warpack.service.render.draw.strips import edge_of
from warpack.service.render.draw.text import counted, printed, shortened, width_of

_SIZE = 10.5
_GAP = 13.0
_BAR = 26.0


def at_the_peak(chart: Chart) -> list[Box]:
    """The boxes in the fullest phase, from the highest byte down."""
    _, phase = chart.peak
    found = [box for box in chart.boxes if box.start <= phase < box.end]
    return sorted(found, key=lambda box: (-box.end_bytes, -box.start_bytes, box.name))


def height_for(beside: int, buffers: int) -> float:
    """Pixels that a plot wants for so many names beside it, and so many buffers in it."""
    return max(min(1200.0, beside * _GAP + _GAP), min(320.0, 150.0 + 24 * buffers))


@dataclass(frozen=True)
class _Line:
    """One line of text beside the cut, for one box or for several on top of one another."""

    boxes: tuple[Box, ...]

    @property
    def middle_bytes(self) -> float:
        return (self.boxes[0].end_bytes + self.boxes[-1].start_bytes) / 2


def draw_section(canvas: Canvas, frame: Frame, left: float, colours: Colours, numbers: dict[str, int]) -> set[str]:
    """Draws the cut from `left` on. The names of the buffers and parts that stand beside it; those of the others stand
    beside it as numbers, which it adds to `numbers`."""
    boxes, area = at_the_peak(frame.chart), frame.area
    for box in boxes:
        place = Area(left, frame.y(box.end_bytes), left + _BAR, frame.y(box.start_bytes))
        kind = "plot wait" if box.state == "waiting" else canvas.fill(*colours[box.buffer]) + edge_of(place)
        note = f"{box.name}: {box.end_bytes - box.start_bytes} bytes at {box.start_bytes}"
        canvas.rect(place, kind, note, f' data-buffer="{canvas.quoted(box.buffer)}"')
    canvas.rect(Area(left, area.top, left + _BAR, area.bottom), "hot")
    lines = _lines(frame, boxes)
    middles = [area.bottom - line.middle_bytes * area.height / frame.top_bytes for line in lines]
    places = spread(middles, _GAP, area.top + _GAP / 2, area.bottom - _GAP / 2)
    named: set[str] = set()
    text_left = left + _BAR + 24
    for line, middle, at in zip(lines, middles, places, strict=True):
        canvas.line(
            [(left + _BAR, middle), (left + _BAR + 8, middle), (text_left - 10, at), (text_left - 3, at)], "ink"
        )
        told, note = _told(line, canvas.width - 16 - text_left, numbers)
        if len(line.boxes) == 1:
            named.add(line.boxes[0].name)
        canvas.text(text_left, at + _SIZE * 0.34, told, size=_SIZE, note=note)
    return named


def _lines(frame: Frame, boxes: Sequence[Box]) -> list[_Line]:
    """A line for each box where there is room; else small ones that lie on top of one another are told together."""
    most = int(frame.area.height // _GAP)
    together = 1
    while True:
        lines: list[_Line] = []
        few: list[Box] = []
        for box in boxes:
            tall = frame.y(box.start_bytes) - frame.y(box.end_bytes) >= _GAP * together
            if few and (tall or len(few) == together):
                lines.append(_Line(tuple(few)))
                few = []
            few.append(box)
            if tall:
                lines.append(_Line((box,)))
                few = []
        if few:
            lines.append(_Line(tuple(few)))
        if len(lines) <= most:
            return sorted(lines, key=lambda line: -line.middle_bytes)
        together += 1


def _told(line: _Line, room: float, numbers: dict[str, int]) -> tuple[str, str]:
    """What stands there, and what the pointer shows."""
    size = sum(box.end_bytes - box.start_bytes for box in line.boxes)
    if len(line.boxes) == 1:
        end = f" · {counted(size)} B"
        name = printed(short(line.boxes[0].name))
        return shortened(name, _SIZE, room - width_of(end, _SIZE)) + end, line.boxes[0].name
    for box in line.boxes:
        numbers.setdefault(box.name, len(numbers) + 1)
    listed = [numbers[box.name] for box in line.boxes]
    return f"no. {listed[0]} to {listed[-1]} · {counted(size)} B", ", ".join(box.name for box in line.boxes)
