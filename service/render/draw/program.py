"""What a plot shows of the program: the names of its phases, loops, branches and tracks below it, barriers and
hand-overs in it."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, cos, pi, sin

from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.frame import Frame
from warpack.service.render.draw.text import LINE, printed, shortened, width_of
from warpack.service.render.structures import Structure
from warpack.solver.wire.manifest import BarrierScope
from warpack.solver.wire.units import Phase

DASHES: dict[BarrierScope, str] = {"block": "2 3", "track": "6 3", "run": "1 5"}

_SIZE = 10.0
_ANGLE = 60
_LONGEST = 118.0
"""Pixels along which the name of a phase may be written."""
_LEVEL = 15.0
"""Height of one level of loops, branches and tracks."""
_MOST_LEVELS = 4
_NEAR = 4.0
"""Barriers nearer to one another are no lines of their own, and hand-overs in so many pixels one mark."""


def draw_structures(canvas: Canvas, frame: Frame, top: float) -> float:
    """Loops as brackets, branches with round ends, tracks as bars, those inside others further down. Where they end on
    the page."""
    levels = _levels(frame.chart.structures)
    for one, level in zip(frame.chart.structures, levels, strict=True):
        y = top + _LEVEL * level
        for number, (start, end) in enumerate(one.lanes):
            if frame.x(end) - frame.x(start) >= 1:
                _lane(canvas, one, number, Area(frame.x(start) + 0.5, y, frame.x(end) - 0.5, y + _LEVEL))
    return top + _LEVEL * (max(levels) + 1) if levels else top


def _lane(canvas: Canvas, one: Structure, number: int, lane: Area) -> None:
    y, curve = lane.top + 3, min(6.0, lane.width / 2)
    text = {"loop": "loop", "branch": f"arm {number + 1}", "tracks": "track"}[one.kind]
    if one.kind == "tracks":
        text = printed(one.names[number])
        canvas.rect(Area(lane.left, y, lane.right, y + 3), "mark", one.note)
    elif one.kind == "branch":
        course = f"M{lane.left:.2f} {y} q0 6 {curve:.2f} 6 H{lane.right - curve:.2f} q{curve:.2f} 0 {curve:.2f} -6"
        canvas.path(course, "ink", one.note)
    else:
        canvas.path(f"M{lane.left:.2f} {y} v6 H{lane.right:.2f} v-6", "ink", one.note, ' stroke-width="1.5"')
    size = 9.0
    width = width_of(text, size)
    if width + 10 > lane.width:
        return
    left = (lane.left + lane.right - width) / 2
    canvas.rect(Area(left - 3, lane.top + 1, left + width + 3, lane.top + 2 + LINE * size), "page")
    canvas.text(left, lane.top + 1.5 + size * 0.95, text, size=size, kind="soft", note=one.note)


def _levels(structures: tuple[Structure, ...]) -> list[int]:
    around: list[Phase] = []
    found = []
    for one in structures:
        while around and around[-1] <= one.start:
            around.pop()
        found.append(min(_MOST_LEVELS - 1, len(around)))
        around.append(one.end)
    return found


def draw_phase_names(canvas: Canvas, frame: Frame, top: float, peak: Phase | None) -> float:
    """Level where all fit, else slanted; only every so many-th where they are too near to one another, and the fullest
    phase in any case. Where they end on the page."""
    names = [printed(name) for name in frame.chart.phase_names]
    wide = frame.phase_width
    if all(width_of(name, _SIZE, bold=True) + 6 <= wide for name in names):
        for phase, name in enumerate(names):
            here = phase == peak
            kind = "strong" if here else "soft"
            middle = frame.x(phase) + wide / 2
            canvas.text(middle, top + 12, name, size=_SIZE, kind=kind, anchor="middle", bold=here)
        return top + 12 + _SIZE * (LINE - 0.9)
    down, across = sin(_ANGLE * pi / 180), cos(_ANGLE * pi / 180)
    apart = LINE * _SIZE / down + 1
    every = max(1, ceil(apart / wide))
    shown = [p for p in range(0, len(names), every) if peak is None or p == peak or abs(p - peak) * wide >= apart]
    longest = 0.0
    for phase in sorted({*shown, *([] if peak is None else [peak])}):
        here = phase == peak
        x = frame.x(phase) + wide / 2
        canvas.line([(x, top), (x, top + 3)], "hot" if here else "rule")
        text = shortened(names[phase], _SIZE, min(_LONGEST, (x - 8) / across), bold=here)
        longest = max(longest, width_of(text, _SIZE, bold=here))
        canvas.text(
            x + 3,
            top + 11,
            text,
            size=_SIZE,
            kind="strong" if here else "soft",
            anchor="end",
            bold=here,
            angle=-_ANGLE,
            note=f"phase {phase}: {frame.chart.phase_names[phase]}",
        )
    return top + 14 + longest * down + 4


def draw_barriers(canvas: Canvas, frame: Frame) -> None:
    """Dashed lines; where they are too near to one another only marks at the top."""
    area = frame.area
    places = sorted({frame.x(mark.phase + mark.after) for mark in frame.chart.barriers})
    crowded = any(right - left < _NEAR for left, right in pairwise(places))
    last: dict[BarrierScope, float] = {}
    for mark in frame.chart.barriers:
        x = frame.x(mark.phase + mark.after)
        if x - last.get(mark.scope, -1e9) < 1:
            continue
        last[mark.scope] = x
        end = area.top + 8 if crowded else area.bottom
        canvas.crossed.add(Area(x - 1, area.top, x + 1, end))
        dashes = f' stroke-dasharray="{DASHES[mark.scope]}"'
        canvas.line([(x, area.top - 4), (x, end)], "ink", mark.note, dashes)


def draw_passings(canvas: Canvas, frame: Frame) -> None:
    """An arrow head where bytes pass on at a barrier, a diamond where they do so in place."""
    marks: dict[tuple[int, int, bool], list[str]] = {}
    for one in frame.chart.passings:
        x, y = frame.x(one.phase), (frame.y(one.start_bytes) + frame.y(one.end_bytes)) / 2
        marks.setdefault((round(x / _NEAR), round(y / _NEAR), one.in_place), []).append(one.note)
    for (column, row, in_place), notes in marks.items():
        x, y = column * _NEAR, row * _NEAR
        canvas.crossed.add(Area(x - 5, y - 5, x + 8, y + 5))
        note = notes[0] + (f"; and {len(notes) - 1} more here" if len(notes) > 1 else "")
        draw_passing(canvas, x, y, note, in_place=in_place)


def draw_passing(canvas: Canvas, x: float, y: float, note: str = "", *, in_place: bool) -> None:
    course = "l4 4 l-4 4 l-4 -4 z" if in_place else "l6 4 l-6 4 z"
    canvas.path(f"M{x:.2f} {y - 4:.2f} {course}", "mark edge", note)
