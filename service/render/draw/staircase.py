"""The occupancy staircase: threads of a block and of a multiprocessor against bytes. Where the layout stands, where
what it is compared with stands, and how many bytes the next steps want."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.heading import MARGIN, draw_heading, draw_lines, empty_picture, title_of
from warpack.service.render.draw.legend import Sign, draw_signs
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.steps import Staircase, Step, staircase_of
from warpack.service.render.draw.text import counted
from warpack.service.render.draw.told import lacks_blocks, launch_line
from warpack.service.render.draw.xy import Mark, Plot, draw_mark, marked
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Baseline, Layout, sized_for
from warpack.solver.wire.manifest import Manifest

_WIDTH = 1120.0
_LEFT, _HEIGHT = 72.0, 210.0
_MOST_STEPS = 4
_NAMES: dict[str, tuple[str, Mark]] = {
    "by_hand": ("your layout", "own"),
    "no_sharing": ("no sharing", "none"),
    "declared_aliases": ("declared aliases only", "aliases"),
}


def occupancy_staircase(manifest: Manifest, layout: Layout, theme: Theme = "auto", width: float = _WIDTH) -> str:
    title = f"Occupancy of {title_of(layout)}"
    canvas = Canvas(width, title, launch_line(layout), theme)
    launch = layout.launch
    if launch is None:
        return empty_picture(canvas, title, lacks_blocks(layout))
    stairs = staircase_of(sized_for(manifest, layout), layout, launch)
    if stairs is None:
        return empty_picture(canvas, title, "no shared bytes to count")
    lines = [launch_line(layout)]
    if manifest.grows:
        lines.append("sizes depend on the threads of the block: only blocks of the layout's own size are shown")
    y = draw_heading(canvas, title, lines) + 26
    x_label = "bytes of one run" if stairs.region == "run" else "bytes of the block region"
    figures: tuple[tuple[str, Callable[[Step | Baseline], int]], ...] = (
        ("threads per block", lambda one: one.threads_per_block),
        ("threads on a multiprocessor", lambda one: one.resident_threads),
    )
    for y_label, figure in figures:
        most = max(figure(step) for step in stairs.steps)
        most = max(most, *(figure(base) for base in layout.baselines.values())) if layout.baselines else most
        area = Area(_LEFT, y, width - MARGIN - 8, y + _HEIGHT)
        plot = Plot(area, stairs.steps[0].first_bytes, stairs.steps[-1].last_bytes, 0, max(1, most * 1.22))
        plot.draw(canvas, x_label=x_label, y_label=y_label, y_unit=32)
        _draw_stairs(canvas, plot, stairs, figure)
        _draw_marks(canvas, plot, stairs, layout, figure)
        if figure is figures[1][1]:
            _draw_blocks(canvas, plot, stairs, figure)
        y = area.bottom + 66
    y = draw_signs(canvas, y - 22, _signs(canvas, stairs, layout))
    told = [*_beyond(manifest, layout), *_next_steps(stairs)]
    return canvas.end(draw_lines(canvas, MARGIN, y + 2, told, kind="text") + MARGIN)


def _draw_stairs(canvas: Canvas, plot: Plot, stairs: Staircase, figure: Callable[[Step | Baseline], int]) -> None:
    area = plot.area
    if stairs.floor_bytes > plot.x_low:
        reach = min(plot.x(stairs.floor_bytes), area.right)
        note = f"proven: no layout needs fewer than {stairs.floor_bytes} bytes"
        canvas.rect(Area(area.left, area.top, reach, area.bottom), "band", note)
        canvas.line([(reach, area.top), (reach, area.bottom)], "hot", note, ' stroke-width="1.5"')
        canvas.crossed.add(Area(reach - 1, area.top, reach + 1, area.bottom))
    points: list[tuple[float, float]] = []
    for number, step in enumerate(stairs.steps):
        y = plot.y(figure(step))
        end = stairs.steps[number + 1].first_bytes if number + 1 < len(stairs.steps) else step.last_bytes
        left, right = plot.x(step.first_bytes), plot.x(end)
        points += [(left, y), (right, y)]
        canvas.crossed.add(Area(left, y - 2, right, y + 2))
        if number:
            canvas.crossed.add(Area(left - 1, min(y, points[-3][1]), left + 1, max(y, points[-3][1])))
    canvas.line(points, "ink", "", ' stroke-width="2" stroke-linejoin="round"')


def _draw_blocks(canvas: Canvas, plot: Plot, stairs: Staircase, figure: Callable[[Step | Baseline], int]) -> None:
    """The blocks of each step that has room for a label."""
    for number, step in enumerate(stairs.steps):
        end = stairs.steps[number + 1].first_bytes if number + 1 < len(stairs.steps) else step.last_bytes
        middle = (plot.x(step.first_bytes) + plot.x(end)) / 2
        if plot.x(end) - plot.x(step.first_bytes) > 60 and step.blocks_per_sm:
            plot.label(
                canvas, middle - 30, plot.y(figure(step)) + 2, number_of(step.blocks_per_sm, "block"), kind="soft"
            )


def _draw_marks(
    canvas: Canvas, plot: Plot, stairs: Staircase, layout: Layout, figure: Callable[[Step | Baseline], int]
) -> None:
    here = stairs.steps[stairs.here]
    x, y = plot.x(stairs.here_bytes), plot.y(figure(here))
    draw_mark(canvas, x, y, "here", f"Warpack: {stairs.here_bytes} bytes, {number_of(figure(here), 'thread')}")
    canvas.take(Area(x - 8, y - 8, x + 8, y + 8))
    plot.label(canvas, x, y, f"Warpack: {counted(figure(here))}", kind="strong", bold=True)
    for name, mark, base in _compared(layout):
        size = base.run_bytes if stairs.region == "run" else base.block_region_bytes
        if not base.threads_per_block or not plot.x_low <= size <= plot.x_high:
            continue
        x, y = plot.x(size), plot.y(figure(base))
        draw_mark(canvas, x, y, mark, f"{name}: {size} bytes, {number_of(figure(base), 'thread')}")
        canvas.take(Area(x - 7, y - 7, x + 7, y + 7))
        plot.label(canvas, x, y, f"{name}: {counted(figure(base))}")


def _compared(layout: Layout) -> Iterator[tuple[str, Mark, Baseline]]:
    for key, base in layout.baselines.items():
        yield *_NAMES.get(key, (key, "other")), base


def _signs(canvas: Canvas, stairs: Staircase, layout: Layout) -> Iterator[Sign]:
    here = stairs.steps[stairs.here]
    figures = f"{number_of(here.threads_per_block, 'thread')}, {number_of(here.blocks_per_sm, 'block')}"
    yield Sign(f"Warpack: {counted(stairs.here_bytes)} B, {figures}", marked(canvas, "here"))
    for name, mark, base in _compared(layout):
        size = base.run_bytes if stairs.region == "run" else base.block_region_bytes
        figures = f"{number_of(base.threads_per_block, 'thread')}, {number_of(base.blocks_per_sm, 'block')}"
        if not base.threads_per_block:
            figures = "does not fit the budget"
        elif base.over_budget:
            figures += " with more than the budget"
        yield Sign(f"{name}: {counted(size)} B, {figures}", marked(canvas, mark))
    floor = f"proven floor: {counted(stairs.floor_bytes)} B"
    yield Sign(floor, lambda area: canvas.rect(area, "band"))


def _beyond(manifest: Manifest, layout: Layout) -> Iterator[str]:
    """Why a baseline of more bytes than the budget may have threads all the same."""
    budget = f"the budget of {counted(budget_bytes(manifest))} bytes"
    if any(base.over_budget and base.threads_per_block for base in layout.baselines.values()):
        yield (
            f"Your layout takes more than {budget}: its figures are those with all that the architecture has. "
            "The others keep to the budget."
        )
    elif any(not base.threads_per_block for base in layout.baselines.values()):
        yield f"What does not fit takes more than {budget} for its smallest block."


def _next_steps(stairs: Staircase) -> Iterator[str]:
    """The steps above the layout's, the nearest first."""
    here = stairs.steps[: stairs.here]
    if not here:
        yield "No fewer bytes, down to a third of these, give more threads or blocks."
    for step in reversed(here[-_MOST_STEPS:]):
        away = stairs.here_bytes - step.last_bytes
        ruled_out = step.last_bytes < stairs.floor_bytes
        end = ", which is proven to be impossible for these buffers" if ruled_out else ""
        yield (
            f"{number_of(step.threads_per_block, 'thread')} per block and {number_of(step.blocks_per_sm, 'block')} "
            f"({number_of(step.resident_threads, 'thread')} on a multiprocessor): "
            f"at most {counted(step.last_bytes)} bytes, {counted(away)} fewer{end}"
        )
