"""A card to share: one headline, three bars and a small map, 1200 by 630 pixels."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.service.render.chart import ChartRegion, charts
from warpack.service.render.draw.canvas import Area, Canvas
from warpack.service.render.draw.colours import Colours
from warpack.service.render.draw.frame import Frame
from warpack.service.render.draw.heading import title_of
from warpack.service.render.draw.naming import named_in_boxes
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.strips import draw_strips, strips
from warpack.service.render.draw.text import counted, printed, shortened, width_of
from warpack.service.render.draw.told import Before, before_of, bytes_of, floor_bytes, launch_line
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

WIDTH, HEIGHT = 1200.0, 630.0

_EDGE = 56.0
_BAR_ROOM = 440.0
_HEADLINE_ROOM = 540.0
_UNITS: dict[ChartRegion, str] = {"run": "bytes a run", "block": "bytes of the block region", "pool": "bytes"}
_FLOOR = "proven floor"
_MAP = Area(628, 150, WIDTH - _EDGE, 530)


def card(manifest: Manifest, layout: Layout, theme: Theme = "auto") -> str:
    title = title_of(layout)
    canvas = Canvas(WIDTH, f"Warpack: {title}", launch_line(layout), theme)
    name = shortened(printed(title), 26, WIDTH - 2 * _EDGE, bold=True)
    canvas.text(_EDGE, 82, name, size=26, bold=True, note=title)
    launch, before = layout.launch, before_of(layout)
    if launch is None and layout.pool is None:
        told = shortened(launch_line(layout), 20, WIDTH - 2 * _EDGE)
        canvas.text(_EDGE, 150, told, size=20, kind="soft")
        return canvas.end(HEIGHT)
    headline = _headline(layout, before)
    size = next(size for size in (72, 60, 48, 36, 28) if width_of(headline.text, size, bold=True) < 520 or size == 28)
    canvas.text(_EDGE, 208, headline.text, size=size, kind="strong", bold=True)
    size = next(size for size in (20, 18, 16) if width_of(headline.of, size) < _HEADLINE_ROOM or size == 16)
    canvas.text(_EDGE, 246, shortened(headline.of, size, _HEADLINE_ROOM), size=size)
    _bars(canvas, layout, before)
    _small_map(canvas, manifest, layout)
    proven = "Proven optimal: no layout of these buffers does better." if layout.status == "optimal" else "Best found."
    canvas.text(_EDGE, HEIGHT - 48, proven, size=17, kind="soft")
    mark = "Warpack"
    canvas.text(WIDTH - _EDGE, HEIGHT - 48, mark, size=20, anchor="end", bold=True)
    return canvas.end(HEIGHT)


@dataclass(frozen=True, slots=True)
class _Headline:
    """`of`: what the figures count."""

    text: str
    of: str


def _headline(layout: Layout, before: Before | None) -> _Headline:
    """The first figure that has changed."""
    region, launch = _region(layout), layout.launch
    here, what = _here(layout, region), _UNITS[region]
    if before is None:
        return _Headline(counted(here), what)
    base = before.figures
    changed = _Headline(
        f"{counted(bytes_of(base, region))} → {counted(here)}", f"{what}, from {before.name} to Warpack"
    )
    if launch is None:
        return changed
    occupancy = launch.occupancy
    if not base.threads_per_block:
        return _Headline(f"0 → {launch.threads_per_block}", f"threads per block: {before.name} fits no block")
    if base.threads_per_block != launch.threads_per_block:
        return _Headline(
            f"{base.threads_per_block} → {launch.threads_per_block}",
            f"threads per block, from {before.name} to Warpack",
        )
    if base.resident_threads != occupancy.resident_threads:
        return _Headline(
            f"{base.resident_threads} → {occupancy.resident_threads}",
            f"threads on a multiprocessor, from {before.name} to Warpack",
        )
    return changed


def _region(layout: Layout) -> ChartRegion:
    """The one with the most bytes."""
    if layout.launch is None:
        return "pool"
    return "run" if layout.launch.run_bytes >= layout.launch.block_region_bytes else "block"


def _here(layout: Layout, region: ChartRegion) -> Bytes:
    launch = layout.launch
    if launch is None:
        return 0 if layout.pool is None else layout.pool.pool_bytes
    return launch.run_bytes if region == "run" else launch.block_region_bytes


def _bars(canvas: Canvas, layout: Layout, before: Before | None) -> None:
    region = _region(layout)
    here = _here(layout, region)
    rows = [("Warpack", here, canvas.fill(2, 0)), (_FLOOR, floor_bytes(layout, region), canvas.fill(2, 0, tint=True))]
    if before is not None:
        size = bytes_of(before.figures, region)
        rows.insert(0, (f"today: {before.name}", size, "line"))
    most = max(1, *(size for _, size, _ in rows))
    unit = _UNITS[region]
    y = 300.0
    for name, size, kind in rows:
        canvas.text(_EDGE, y + 14, f"{name} · {counted(size)} {unit}", size=16)
        bar = Area(_EDGE, y + 22, _EDGE + max(2.0, size * _BAR_ROOM / most), y + 44)
        canvas.rect(bar, kind)
        if name == _FLOOR:
            canvas.rect(bar, "hot")
        y += 76


def _small_map(canvas: Canvas, manifest: Manifest, layout: Layout) -> None:
    """The region with the most bytes."""
    found = charts(sized_for(manifest, layout), layout)
    if not found:
        return
    chart = max(found, key=lambda chart: chart.size_bytes)
    frame = Frame(chart, _MAP, chart.size_bytes)
    canvas.rect(_MAP, "plot")
    drawn = strips(frame)
    draw_strips(canvas, frame, drawn, Colours.of(layout))
    named_in_boxes(canvas, _MAP, drawn)
    floor = floor_bytes(layout, chart.region)
    if 0 < floor <= chart.size_bytes:
        y = frame.y(floor)
        canvas.line([(_MAP.left, y), (_MAP.right, y)], "hot", "proven floor", ' stroke-width="2"')
    text = f"{chart.title}: {counted(chart.size_bytes)} bytes up, {chart.phases} phases across"
    canvas.text(_MAP.left, _MAP.bottom + 22, shortened(text, 14, _MAP.width), size=14, kind="soft")
