"""Before and after, side by side and to the same scale of bytes: what the layout is held against, and the layout."""

from __future__ import annotations

from warpack.service.render.chart import Chart, ChartRegion, charts
from warpack.service.render.draw.before import layout_before
from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import Frame
from warpack.service.render.draw.heading import (
    MARGIN,
    draw_caption,
    draw_heading,
    draw_lines,
    empty_picture,
    title_of,
)
from warpack.service.render.draw.legend import draw_list, draw_signs, entries_of, signs_of
from warpack.service.render.draw.memory_map import WIDTH, draw_plot
from warpack.service.render.draw.naming import named_in_boxes, numbered_in_boxes
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.program import draw_phase_names, draw_structures
from warpack.service.render.draw.strips import strips
from warpack.service.render.draw.text import counted
from warpack.service.render.draw.told import before_of, floor_bytes, foot_lines, launch_line, proof_line
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest

_LEFT = 72.0
_MOST = 3000
"""Rectangles of each side."""
_REGIONS: tuple[ChartRegion, ...] = ("run", "block", "pool")


def compared_maps(manifest: Manifest, layout: Layout, theme: Theme = "auto", width: float = WIDTH) -> str:
    """The user's own layout, or else one without sharing, on the left, and Warpack's on the right; on a narrow page,
    Warpack's below."""
    title = f"Before and after: {title_of(layout)}"
    canvas = Canvas(width, title, launch_line(layout), theme)
    launch, before = layout.launch, before_of(layout)
    if before is None or (launch is None and layout.pool is None):
        return empty_picture(canvas, title, launch_line(layout))
    from warpack.solver.verifier.story import derive

    sized = sized_for(manifest, layout)
    earlier = layout_before(sized, layout, before)
    story = derive(sized)
    sides = charts(sized, earlier, story), charts(sized, layout, story)
    y = draw_heading(canvas, title, [launch_line(layout), proof_line(layout)]) + 4
    colours, room = Colours.of(layout), width if canvas.narrow else width / 2
    frames: list[Frame] = []
    numbers: dict[str, int] = {}
    figures = before.figures.threads_per_block, 0 if launch is None else launch.threads_per_block
    names = before.name, "Warpack"
    for region in _REGIONS:
        pair = [next((chart for chart in side if chart.region == region), None) for side in sides]
        top_bytes = max((chart.size_bytes for chart in pair if chart is not None), default=0)
        tall = max((_height(chart) for chart in pair if chart is not None), default=0.0)
        ends = [y]
        for number, chart in enumerate(pair):
            if chart is not None:
                left, top = (0.0, ends[-1]) if canvas.narrow else (number * room, y)
                told = _caption(names[number], chart, figures[number])
                top = draw_caption(canvas, left + MARGIN, top, told, room - 2 * MARGIN) + 24
                area = Area(left + _LEFT, top, left + room - MARGIN, top + tall)
                frame = Frame(chart, area, top_bytes)
                floor = floor_bytes(layout, region) if number else 0
                ends.append(_draw(canvas, frame, floor, colours, numbers))
                frames.append(frame)
        y = max(ends) + (8 if len(ends) > 1 else 0)
    boxes = [box for frame in reversed(frames) for box in frame.chart.boxes if not box.above]
    y = draw_list(canvas, y, colours, entries_of(boxes, numbers))
    y = draw_signs(canvas, y + 4, signs_of(canvas, frames, colours))
    return canvas.end(draw_lines(canvas, MARGIN, y + 2, foot_lines(manifest, layout)) + MARGIN)


def _caption(name: str, chart: Chart, threads: int) -> str:
    launched = (
        ""
        if chart.region == "pool"
        else f", {number_of(threads, 'thread')} per block"
        if threads
        else ", no block fits"
    )
    return f"{name}: {counted(chart.size_bytes)} bytes of {chart.title}{launched}"


def _height(chart: Chart) -> float:
    """More for many buffers, but no more than a page shows at once."""
    return min(760.0, max(380.0, 10.0 * len(chart.buffers)))


def _draw(canvas: Canvas, frame: Frame, floor: int, colours: Colours, numbers: dict[str, int]) -> float:
    drawn = strips(frame, _MOST)
    draw_plot(canvas, frame, drawn, colours, floor)
    named = named_in_boxes(canvas, frame.area, drawn)
    for strip in drawn:
        if strip.box.name not in named and not strip.box.above:
            numbers.setdefault(strip.box.name, len(numbers) + 1)
    numbered_in_boxes(canvas, drawn, {name: number for name, number in numbers.items() if name not in named})
    y = draw_structures(canvas, frame, frame.area.bottom + 2)
    return draw_phase_names(canvas, frame, y + 1, frame.chart.peak[1])
