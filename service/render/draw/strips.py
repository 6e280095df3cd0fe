"""The rectangles of a chart: one for each stretch of phases of a buffer or part, those below a pixel merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from warpack.service.render.chart import Box, State
from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import Frame
from warpack.solver.wire.units import Phase

_PIXEL = 1.0
"""Stretches narrower than this are merged with the next."""

_MOST = 6000
_EDGED = 3.0

_SAID: dict[State, str] = {
    "stated": "",
    "carried": ", carried on to be found again",
    "between": ", kept between a write and a read",
    "waiting": ", kept until a barrier",
}


@dataclass(frozen=True, slots=True)
class Strip:
    """Stretches of one piece that are drawn as one rectangle. `box` is the first of them, or the widest where states
    differ, with the phases of all."""

    box: Box
    area: Area
    start: Phase
    end: Phase
    stretches: int = 1


_Run = tuple[int, int, int, Box]
"""Phases from the first to the second number, of so many stretches, and the widest of these."""


def strips(frame: Frame, most: int = _MOST) -> list[Strip]:
    """By offset, then phase. Where there are more than `most`, wider ones are merged too."""
    pieces: defaultdict[tuple[int, int, str, bool], list[_Run]] = defaultdict(list)
    for box in frame.chart.boxes:
        pieces[box.start_bytes, box.end_bytes, box.name, box.above].append((box.start, box.end, 1, box))
    rows = [sorted(pieces[key], key=itemgetter(0)) for key in sorted(pieces)]
    phase_width, pixels = frame.phase_width, _PIXEL
    while True:
        rows = [_merged(row, pixels / phase_width) for row in rows]
        if sum(map(len, rows)) <= most or pixels > frame.area.width:
            return [_strip(frame, box, start, end, count) for row in rows for start, end, count, box in row]
        pixels *= 2


def _merged(row: Iterable[_Run], narrow: float) -> list[_Run]:
    """The row without gaps below `narrow` phases beside stretches below it."""
    found: list[_Run] = []
    runs = iter(row)
    last = next(runs, None)
    if last is None:
        return found
    start, end, count, box = last
    for run in runs:
        if run[0] - end < narrow and (end - start < narrow or run[1] - run[0] < narrow):
            box = max(box, run[3], key=_width)
            end, count = run[1], count + run[2]
        else:
            found.append((start, end, count, box))
            start, end, count, box = run
    found.append((start, end, count, box))
    return found


def _width(box: Box) -> int:
    return box.end - box.start


def _strip(frame: Frame, box: Box, start: int, end: int, count: int) -> Strip:
    area = frame.box(start, end, box.start_bytes, box.end_bytes)
    wide = Area(area.left, area.top, max(area.right, area.left + 0.5), area.bottom)
    return Strip(box, wide, start, end, count)


def draw_strips(canvas: Canvas, frame: Frame, drawn: Iterable[Strip], colours: Colours) -> None:
    for strip in drawn:
        box = strip.box
        more = f' data-buffer="{canvas.quoted(box.buffer)}" data-phases="{strip.start} {strip.end}"'
        if box.state == "waiting":
            kind = "plot wait"
        else:
            kind = "line" if box.above else canvas.fill(*colours[box.buffer], tint=box.state != "stated")
            kind += edge_of(strip.area)
        canvas.rect(strip.area, kind, note_of(frame, strip), more)
        if box.persistent and strip.area.width > 12:
            area = strip.area
            canvas.rect(Area(area.left, area.top, area.left + 3, area.bottom), "mark")
            canvas.rect(Area(area.right - 3, area.top, area.right, area.bottom), "mark")


def edge_of(area: Area) -> str:
    """The class that sets a rectangle off from its neighbours; nothing of a thin one would be left within its edge."""
    return " edge" if min(area.width, area.height) >= _EDGED else ""


def note_of(frame: Frame, strip: Strip) -> str:
    """What is told of a strip when the pointer rests on it."""
    box, names = strip.box, frame.chart.phase_names
    start, end = box.start, box.end
    told = f"{box.name}: bytes {box.start_bytes} to {box.end_bytes - 1}, phases {start} to {end - 1}"
    if names[start] != str(start):
        told += f" ({names[start]})" if end - start == 1 else f" ({names[start]} to {names[end - 1]})"
    if strip.stretches > 1:
        told += f" and {strip.stretches - 1} more stretches beside"
    told += _SAID[box.state] + (f" ({box.why})" if box.why else "")
    told += ", persistent" if box.persistent else ""
    return told + (", of the block, over some window" if box.above else "")
