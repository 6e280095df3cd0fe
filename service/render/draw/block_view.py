"""The block view: the shared memory of one block from its first byte to the budget, then the block region and one run's
window from nearby."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warpack.service.render.chart import Box, Chart, charts
from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import ticks
from warpack.service.render.draw.heading import (
    MARGIN,
    draw_caption,
    draw_heading,
    draw_lines,
    empty_picture,
    title_of,
)
from warpack.service.render.draw.hulls import HULL, hull_note
from warpack.service.render.draw.legend import Sign, draw_list, draw_signs, entries_of
from warpack.service.render.draw.naming import write_in_box
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.strips import edge_of
from warpack.service.render.draw.text import counted, width_of
from warpack.service.render.draw.told import lacks_blocks, launch_line
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LaunchFigures, Layout, sized_for
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, align_up

_WIDTH = 1280.0
_LEFT, _RIGHT = 24.0, 40.0
"""Pixels beside a strip."""
_STRIP = 52.0


def block_view(manifest: Manifest, layout: Layout, theme: Theme = "auto", width: float = _WIDTH) -> str:
    title = f"One block of {title_of(layout)}"
    canvas = Canvas(width, title, launch_line(layout), theme)
    launch = layout.launch
    found = charts(sized_for(manifest, layout), layout)
    if launch is None or not found:
        return empty_picture(canvas, title, lacks_blocks(layout))
    static = align_up(manifest.target.static_shared_bytes, launch.base_alignment_bytes)
    budget = budget_bytes(manifest)
    total = static + launch.dynamic_shared_bytes
    left = f"{counted(budget - total)} left" if budget >= total else f"{counted(total - budget)} above it"
    lines = [launch_line(layout), f"{counted(total)} of the budget's {counted(budget)} bytes, {left}"]
    y = draw_heading(canvas, title, lines) + 8
    y = _Strip(canvas, launch, static, budget).draw(y)
    colours = Colours.of(layout)
    numbers: dict[str, int] = {}
    for chart in found:
        y = _Near(canvas, chart, launch, colours, numbers).draw(y + 12)
    boxes = [box for chart in found for box in chart.boxes if not box.above]
    signs = [Sign(path or "(root)", _filled(canvas, hue, 0)) for path, hue in colours.hues.items()]
    if any(chart.hulls for chart in found):
        signs.append(Sign("contiguous window", lambda area: canvas.rect(area, "ink", "", HULL)))
    y = draw_list(canvas, y + 6, colours, entries_of(boxes, numbers))
    y = draw_signs(canvas, y + 6, signs)
    told = "Buffers above one another share bytes: they take turns."
    return canvas.end(draw_lines(canvas, MARGIN, y, [told]) + MARGIN)


@dataclass
class _Strip:
    """The whole block, to scale."""

    canvas: Canvas
    launch: LaunchFigures
    static: Bytes
    budget: Bytes

    def draw(self, top: float) -> float:
        launch, canvas = self.launch, self.canvas
        end = self.static + launch.dynamic_shared_bytes
        canvas.rect(self._area(0, max(self.budget, end), top), "plot", "free")
        at = self.static
        first = canvas.fill(0, 0)
        parts: list[tuple[str, str, Bytes]] = []
        if self.static:
            canvas.rect(self._area(0, self.static, top), "line edge", f"static: {self.static} bytes")
            parts.append(("static", "line edge", self.static))
        if launch.block_region_bytes:
            size = launch.block_region_bytes
            second = canvas.fill(1, 0)
            canvas.rect(self._area(at, at + size, top), f"{second} edge", f"block region: {size} bytes")
            parts.append(("block region", f"{second} edge", size))
        at += launch.block_region_bytes
        if launch.region_gap_bytes:
            gap = launch.region_gap_bytes
            canvas.rect(self._area(at, at + gap, top), "line", f"gap before the windows: {gap} bytes")
            parts.append(("gap", "line", gap))
        at += launch.region_gap_bytes
        self._windows(at, top, first)
        signs = [Sign(f"{name}: {counted(size)} B", self._filled(kind)) for name, kind, size in parts]
        if launch.stride_bytes:
            runs = number_of(launch.runs_per_block, "run window")
            after = f"{launch.padding_bytes} B padding after each" if launch.padding_bytes else "no padding"
            text = f"{runs} of {counted(launch.run_bytes)} B, {after}"
            signs.append(Sign(text, self._filled(f"{first} edge")))
        beyond = end - (at + launch.stride_bytes * launch.runs_per_block)
        if beyond > 0:
            signs.append(Sign(f"block-scoped after the last window: {counted(beyond)} B", self._filled("line")))
        free = max(0, self.budget - end)
        signs.append(Sign(f"free in the budget: {counted(free)} B", self._filled("plot")))
        x = self._x(self.budget)
        canvas.line([(x, top - 5), (x, top + _STRIP + 5)], "hot", f"budget: {self.budget} bytes", ' stroke-width="2"')
        y = _axis(canvas, top + _STRIP, max(self.budget, end), _LEFT, canvas.width - _RIGHT, 0)
        return draw_signs(canvas, y + 2, [*signs, Sign(f"budget: {counted(self.budget)} B", self._bar())])

    def _windows(self, start: Bytes, top: float, kind: str) -> None:
        launch, canvas = self.launch, self.canvas
        stride, runs = launch.stride_bytes, launch.runs_per_block
        if not stride:
            return
        if self._x(stride) - self._x(0) < 3:
            padding = f"{launch.padding_bytes} bytes of padding after each"
            note = f"{number_of(runs, 'window')} of {launch.run_bytes} bytes, {padding}"
            canvas.rect(self._area(start, start + stride * runs, top), f"{kind} edge", note)
            return
        other = canvas.fill(0, 1)
        for run in range(runs):
            at = start + run * stride
            shade = kind if run % 2 == 0 else other
            canvas.rect(self._area(at, at + launch.run_bytes, top), f"{shade} edge", f"run {run}: from byte {at}")
            if launch.padding_bytes:
                canvas.rect(self._area(at + launch.run_bytes, at + stride, top), "line", "padding")

    def _x(self, at: Bytes) -> float:
        end = max(self.budget, self.static + self.launch.dynamic_shared_bytes, 1)
        return _LEFT + at * (self.canvas.width - _RIGHT - _LEFT) / end

    def _area(self, start: Bytes, end: Bytes, top: float) -> Area:
        return Area(self._x(start), top, max(self._x(end), self._x(start) + 0.5), top + _STRIP)

    def _filled(self, kind: str) -> Filled:
        return Filled(self.canvas, kind)

    def _bar(self) -> Filled:
        return Filled(self.canvas, "strong", thin=True)


@dataclass(frozen=True)
class Filled:
    """Draws the swatch of a key."""

    canvas: Canvas
    kind: str
    thin: bool = False

    def __call__(self, area: Area) -> None:
        middle = (area.left + area.right) / 2
        self.canvas.rect(Area(middle - 1, area.top, middle + 1, area.bottom) if self.thin else area, self.kind)


def _filled(canvas: Canvas, hue: int, shade: int) -> Filled:
    return Filled(canvas, canvas.fill(hue, shade) + " edge")


@dataclass
class _Near:
    """One region from nearby: bytes across, buffers that share bytes above one another."""

    canvas: Canvas
    chart: Chart
    launch: LaunchFigures
    colours: Colours
    numbers: dict[str, int]

    def draw(self, top: float) -> float:
        canvas, chart = self.canvas, self.chart
        pieces = _pieces(box for box in chart.boxes if not box.above)
        lanes = _lanes(pieces)
        tall = max(7.0, min(20.0, 420.0 / max(1, len(lanes))))
        size = self.launch.stride_bytes if chart.region == "run" else chart.size_bytes
        caption = chart.title + f": {counted(chart.size_bytes)} bytes"
        if chart.region == "run" and self.launch.padding_bytes:
            caption += f", and {self.launch.padding_bytes} of padding to a stride of {counted(size)}"
        y = top = draw_caption(canvas, MARGIN, top - 2, caption, canvas.width - 2 * MARGIN) + 4
        above = sorted({(box.start_bytes, box.end_bytes, box.name) for box in chart.boxes if box.above})
        right = canvas.width - _RIGHT
        scale = (right - _LEFT) / max(1, size)
        bottom = y + tall * (len(lanes) + (1 if above else 0))
        canvas.rect(Area(_LEFT, y, right, bottom), "plot", "free")
        if chart.region == "run" and self.launch.padding_bytes:
            place = Area(_LEFT + chart.size_bytes * scale, y, right, bottom)
            canvas.rect(place, "line", f"padding: {self.launch.padding_bytes} bytes, against bank conflicts")
        for start, end, name in above:
            place = Area(_LEFT + start * scale, y, _LEFT + end * scale, y + tall)
            canvas.rect(place, "line edge", f"{name}: of the block, over bytes {start} to {end - 1} of some window")
            write_in_box(canvas, name, place)
        y += tall if above else 0
        for number, lane in enumerate(reversed(lanes)):
            for box in lane:
                low = y + number * tall
                place = Area(_LEFT + box.start_bytes * scale, low, _LEFT + box.end_bytes * scale, low + tall)
                note = f"{box.name}: bytes {box.start_bytes} to {box.end_bytes - 1}"
                kind = canvas.fill(*self.colours[box.buffer]) + edge_of(place)
                canvas.rect(place, kind, note, f' data-buffer="{canvas.quoted(box.buffer)}"')
                if not write_in_box(canvas, box.name, place):
                    mark = self.numbers.setdefault(box.name, len(self.numbers) + 1)
                    write_in_box(canvas, box.name, place, str(mark))
        for hull in chart.hulls:
            place = Area(_LEFT + hull.start_bytes * scale, y, _LEFT + hull.end_bytes * scale, bottom)
            canvas.rect(place, "ink", hull_note(hull), HULL)
        if chart.windows_from is not None:
            x = _LEFT + chart.windows_from * scale
            note = f"the windows of runs begin at byte {chart.windows_from}"
            canvas.line([(x, top - 4), (x, bottom + 4)], "ink", note, ' stroke-width="1.5"')
        return _axis(canvas, bottom, size, _LEFT, right, 4)


def _pieces(boxes: Iterable[Box]) -> list[Box]:
    """One box for each buffer or part, by offset."""
    found: dict[str, Box] = {}
    for box in boxes:
        found.setdefault(box.name, box)
    return sorted(found.values(), key=lambda box: (box.start_bytes, -box.end_bytes, box.name))


def _lanes(pieces: Sequence[Box]) -> list[list[Box]]:
    """Each piece in the first lane that is free at its bytes."""
    lanes: list[list[Box]] = []
    for piece in pieces:
        lane = next((lane for lane in lanes if lane[-1].end_bytes <= piece.start_bytes), None)
        if lane is None:
            lanes.append([piece])
        else:
            lane.append(piece)
    return lanes


def _axis(canvas: Canvas, top: float, size: Bytes, left: float, right: float, gap: float) -> float:
    """Offsets below a strip. Where they end on the page."""
    widest = width_of(counted(size), 10)
    for tick in ticks(size, right - left, apart=widest + 16, least=widest + 8):
        x = left + tick * (right - left) / max(1, size)
        canvas.line([(x, top), (x, top + 4)], "rule")
        canvas.text(x, top + 15, counted(tick), size=10, kind="soft", anchor="middle")
    return top + 18 + gap
