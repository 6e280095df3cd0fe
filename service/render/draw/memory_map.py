"""The memory map: phases across, bytes up, a rectangle for each buffer and stretch of phases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from warpack.service.render.chart import Chart, charts
from warpack.service.render.draw.canvas import Area, Canvas, area_of
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import Frame, ticks
from warpack.service.render.draw.heading import (
    MARGIN,
    draw_caption,
    draw_heading,
    draw_lines,
    empty_picture,
    title_of,
)
from warpack.service.render.draw.hulls import draw_hulls
from warpack.service.render.draw.legend import draw_list, draw_signs, entries_of, signs_of
from warpack.service.render.draw.naming import named_in_boxes, numbered_in_boxes
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.program import (
    draw_barriers,
    draw_passings,
    draw_phase_names,
    draw_structures,
)
from warpack.service.render.draw.section import at_the_peak, draw_section, height_for
from warpack.service.render.draw.strips import Strip, draw_strips, strips
from warpack.service.render.draw.text import counted, printed, shortened, width_of
from warpack.service.render.draw.told import floor_bytes, foot_lines, launch_line, proof_line
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest

WIDTH = 1280.0

_LEFT = 72.0
_SECTION = 300.0
"""Width of the cut at the fullest phase, with the names beside it."""


def memory_map(manifest: Manifest, layout: Layout, theme: Theme = "auto", width: float = WIDTH) -> str:
    """The layout's regions, that of the runs above that of the block, and below them what the layout is compared
    with. An infeasible layout gives a picture that says so."""
    title = title_of(layout)
    canvas = Canvas(width, f"Memory map of {title}", launch_line(layout), theme)
    found = charts(sized_for(manifest, layout), layout)
    if not found:
        return empty_picture(canvas, title, f"{layout.status}: no shared bytes to show")
    y = draw_heading(canvas, title, [launch_line(layout), proof_line(layout)])
    colours, frames = Colours.of(layout), []
    for chart in reversed(found):
        region = _Region(canvas, chart, floor_bytes(layout, chart.region), colours)
        y = region.draw(y)
        frames.append(region.frame)
    y = draw_signs(canvas, y + 6, signs_of(canvas, frames, colours))
    y = draw_lines(canvas, MARGIN, y + 2, foot_lines(manifest, layout))
    return canvas.end(y + MARGIN)


@dataclass
class _Region:
    canvas: Canvas
    chart: Chart
    floor: int
    colours: Colours
    frame: Frame = field(init=False)

    def draw(self, top: float) -> float:
        """Where it ends on the page."""
        canvas, chart = self.canvas, self.chart
        top = self._caption(top) + 22
        right = canvas.width - MARGIN - (0 if canvas.narrow else _SECTION)
        area = Area(_LEFT, top, right, top + height_for(len(at_the_peak(chart)), len(chart.buffers)))
        self.frame = frame = Frame(chart, area, chart.size_bytes)
        drawn = strips(frame)
        draw_plot(canvas, frame, drawn, self.colours, self.floor)
        named = named_in_boxes(canvas, area, drawn)
        y = draw_structures(canvas, frame, area.bottom + 2)
        y = draw_phase_names(canvas, frame, y + 1, chart.peak[1]) + 2
        numbers: dict[str, int] = {}
        if canvas.narrow:
            y, beside = self._section_below(y, numbers)
        else:
            beside = draw_section(canvas, frame, area.right + 34, self.colours, numbers)
        named |= beside
        for strip in drawn:
            if strip.box.name not in named:
                numbers.setdefault(strip.box.name, len(numbers) + 1)
        numbered_in_boxes(canvas, drawn, numbers)
        return draw_list(canvas, y, self.colours, entries_of(chart.boxes, numbers))

    def _section_below(self, top: float, numbers: dict[str, int]) -> tuple[float, set[str]]:
        """Where it ends on the page, and the names that it tells."""
        canvas, chart = self.canvas, self.chart
        told = f"In use in {printed(chart.phase_names[chart.peak[1]])}:"
        canvas.text(MARGIN, top + 14, shortened(told, 11, canvas.width - 2 * MARGIN, bold=True), size=11, bold=True)
        area = Area(MARGIN, top + 22, canvas.width - MARGIN, top + 22 + height_for(len(at_the_peak(chart)), 0))
        named = draw_section(canvas, Frame(chart, area, chart.size_bytes), area.left, self.colours, numbers)
        return area.bottom + 8, named

    def _caption(self, top: float) -> float:
        used, _ = self.chart.peak
        size = self.chart.size_bytes
        text = f"{self.chart.title}: {counted(size)} bytes"
        if self.floor == size:
            text += ", and no layout needs fewer"
        elif self.floor:
            text += f", of which a layout needs at least {counted(self.floor)}"
        free = f"{counted(size - used)} free" if size > used else "all in use"
        text += f". Fullest phase: {counted(used)} bytes in use, {free}"
        return draw_caption(self.canvas, MARGIN, top, text, self.canvas.width - 2 * MARGIN)


def draw_plot(canvas: Canvas, frame: Frame, drawn: list[Strip], colours: Colours, floor: int) -> None:
    """Everything inside the axes but names, with the axis of bytes and the mark of the fullest phase."""
    area, chart = frame.area, frame.chart
    size = f' data-region="{chart.region}" data-phases="0 {chart.phases}" data-bytes="{frame.top_bytes}"'
    canvas.rect(area, "plot", "free", size)
    _axis(canvas, frame, floor)
    draw_strips(canvas, frame, drawn, colours)
    for course in _between_parts(drawn):
        canvas.path(course, "ink", "", ' stroke-dasharray="1 3" stroke-width="1.2"')
    used, phase = chart.peak
    band = Area(frame.x(phase), area.top, max(frame.x(phase + 1), frame.x(phase) + 1), area.bottom)
    canvas.rect(band, "band", "", ' pointer-events="none"')
    note = f"fullest phase: {chart.phase_names[phase]}, {used} bytes in use"
    canvas.rect(Area(band.left, area.top - 3, band.right, area.top), "strong", note)
    draw_hulls(canvas, frame)
    draw_barriers(canvas, frame)
    draw_passings(canvas, frame)
    if chart.windows_from is not None:
        y = frame.y(chart.windows_from)
        note = f"the windows of runs begin at byte {chart.windows_from}"
        canvas.line([(area.left, y), (area.right, y)], "ink", note, ' stroke-width="1.5"')
    if 0 < floor <= frame.top_bytes:
        y = frame.y(floor)
        note = f"proven floor: no layout needs fewer than {floor} bytes"
        canvas.line([(area.left - 4, y), (area.right + 4, y)], "hot", note, ' stroke-width="1.5"')
    _peak_label(canvas, frame, band)


def _axis(canvas: Canvas, frame: Frame, floor: int) -> None:
    """Offsets on the left, and lines across; the floor in the colour of its line."""
    area = frame.area
    shown = {floor} if 0 < floor < frame.top_bytes else set()
    taken = [frame.y(tick) for tick in shown]
    for tick in reversed(ticks(frame.top_bytes, area.height)):
        y = frame.y(tick)
        if all(abs(y - other) >= 13 for other in taken):
            taken.append(y)
            shown.add(tick)
    for tick in sorted(shown):
        y, text = frame.y(tick), shortened(counted(tick), 10, _LEFT - 14)
        canvas.line([(area.left - 4, y), (area.right, y)], "rule")
        proven = 0 < tick == floor
        kind = "strong" if proven else "soft"
        canvas.text(area.left - 7, y + 3.6, text, size=10, kind=kind, anchor="end", bold=proven)


def _peak_label(canvas: Canvas, frame: Frame, band: Area) -> None:
    used, phase = frame.chart.peak
    area = frame.area
    text = shortened(f"peak: {counted(used)} B in {printed(frame.chart.phase_names[phase])}", 11, area.width, bold=True)
    half = width_of(text, 11, bold=True) / 2
    middle = min(max((band.left + band.right) / 2, area.left + half), area.right - half)
    canvas.take(area_of(middle, area.top - 7, text, 11, "middle", bold=True))
    canvas.text(middle, area.top - 7, text, size=11, kind="strong", anchor="middle", bold=True)


def _between_parts(drawn: list[Strip]) -> Iterator[str]:
    """Lines that join the parts of one buffer, each from the end of a part to the start of the next one."""
    parts: dict[str, dict[str, Area]] = {}
    for strip in drawn:
        if strip.box.part and not strip.box.above:
            parts.setdefault(strip.box.buffer, {}).setdefault(strip.box.name, strip.area)
    for areas in parts.values():
        for one, other in pairwise(sorted(areas.values(), key=lambda area: (area.left, area.top))):
            x, y = min(one.right, other.left + 6), (one.top + one.bottom) / 2
            yield f"M{x:.2f} {y:.2f} L{other.left:.2f} {(other.top + other.bottom) / 2:.2f}"
