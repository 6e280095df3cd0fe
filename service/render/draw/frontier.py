"""The frontier: what other block sizes would have on chip, a point each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.heading import MARGIN, draw_heading, empty_picture, title_of
from warpack.service.render.draw.legend import Sign, draw_signs
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.text import counted
from warpack.service.render.draw.told import launch_line
from warpack.service.render.draw.xy import Plot, draw_mark, marked
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_WIDTH = 1120.0


def frontier_plot(manifest: Manifest, layout: Layout, theme: Theme = "auto", width: float = _WIDTH) -> str:
    """Threads per block across, or resident threads where the objective counts these; accesses on chip up."""
    title = f"Frontier of {title_of(layout)}"
    canvas = Canvas(width, title, launch_line(layout), theme)
    points = layout.frontier
    why = launch_line(layout) if layout.status == "infeasible" else unchosen(manifest)
    if why is not None:
        return empty_picture(canvas, title, why)
    if not points:
        why = 'the layout has none: its manifest needs "frontier": true' if points is None else "nothing fits"
        return empty_picture(canvas, title, why)
    resident = manifest.objective == "resident_threads"
    key, x_label = ("resident_threads", "threads on a multiprocessor") if resident else _BY_BLOCK
    y = (
        draw_heading(
            canvas, title, [launch_line(layout), "each point was packed: blocks x threads, and the bytes of one run"]
        )
        + 26
    )
    area = Area(84, y, width - MARGIN - 8, y + 380)
    across, up = [point[key] for point in points], [point["accesses_on_chip"] for point in points]
    reach = max(1, max(across) - min(across))
    plot = Plot(area, max(0, min(across) - reach / 8), max(across) + reach / 8, 0, max(1, max(up) * 1.2))
    plot.draw(canvas, x_label=x_label, y_label="accesses on chip", x_unit=32)
    ordered = sorted(points, key=lambda point: (point[key], -point["accesses_on_chip"]))
    places = [(plot.x(point[key]), plot.y(point["accesses_on_chip"])) for point in ordered]
    _draw_edge(canvas, plot, places)
    for x, y in places:
        canvas.take(Area(x - 7, y - 7, x + 7, y + 7))
    for point, (x, y) in sorted(zip(ordered, places, strict=True), key=lambda one: not one[0]["chosen"]):
        chosen = bool(point["chosen"])
        draw_mark(canvas, x, y, "here" if chosen else "other", _told(point))
        blocks = point["resident_threads"] // max(1, point["threads_per_block"])
        text = f"{blocks} x {number_of(point['threads_per_block'], 'thread')} · {counted(point['run_bytes'])} B a run"
        plot.label(canvas, x, y, text, kind="strong" if chosen else "text", bold=chosen)
    signs = [Sign("the layout itself", marked(canvas, "here")), Sign("another launch", marked(canvas, "other"))]
    return canvas.end(draw_signs(canvas, area.bottom + 44, signs) + MARGIN)


def unchosen(manifest: Manifest) -> str | None:
    """Why no layout of the manifest has a frontier that says something; None where one may."""
    if manifest.of_pool:
        return "a pool has no threads, so there is no frontier"
    if manifest.grows:
        return (
            "sizes depend on the threads of the block, so there is no frontier: every block size has bytes of its own"
        )
    if any(buffer.location == "auto" for buffer in manifest.buffers):
        return None
    return 'only buffers with "location": "auto" can leave the chip for more threads, and there are none'


def _draw_edge(canvas: Canvas, plot: Plot, places: list[tuple[float, float]]) -> None:
    """A line of steps above which, and right of which, no point lies."""
    edge: list[tuple[float, float]] = []
    for x, y in sorted(places, key=lambda place: (-place[0], place[1])):
        if not edge:
            edge = [(x, plot.area.bottom), (x, y)]
        elif y < edge[-1][1]:
            edge += [(x, edge[-1][1]), (x, y)]
    for (x, y), (other, end) in pairwise(edge):
        canvas.crossed.add(Area(min(x, other) - 1, min(y, end) - 1, max(x, other) + 1, max(y, end) + 1))
    canvas.line([*edge, (plot.area.left, edge[-1][1])], "ink", "", ' stroke-dasharray="4 3"')


_BY_BLOCK = ("threads_per_block", "threads per block")


def _told(point: dict[str, Any]) -> str:
    proven = "" if point["status"] == "optimal" else ", not proven to be the fewest"
    return (
        f"{number_of(point['threads_per_block'], 'thread')} per block, {point['resident_threads']} on a multiprocessor: "
        f"{point['accesses_on_chip']} accesses on chip in {point['run_bytes']} bytes a run{proven}"
    )
