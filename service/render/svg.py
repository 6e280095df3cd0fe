"""A layout as an SVG document: offsets downwards, phases to the right, a box for each buffer and stretch of phases."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from warpack.service.render.chart import Box, Chart, State, charts
from warpack.service.render.compared import compared
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import BarrierScope, Manifest
from warpack.solver.wire.units import Phase

_COLOURS = (
    "#4e79a7",
    "#f28e2b",
    "#59a14f",
    "#e15759",
    "#76b7b2",
    "#edc948",
    "#b07aa1",
    "#9c755f",
    "#ff9da7",
    "#8cd17d",
    "#a0cbe8",
    "#d4a6c8",
)
_LEFT, _TOP, _GAP = 64, 44, 56
_HEIGHT = 420
_LINE = 16
"""The height of a line of text below the charts, in pixels."""
_CHARACTER = 6.2
"""The width of a label's character in pixels. It is exact enough to tell whether a label fits its box."""
_OPACITIES: dict[State, str] = {"stated": "0.85", "carried": "0.5", "between": "0.6", "waiting": "0.25"}
_STATES: dict[State, str] = {
    "stated": "",
    "carried": ", carried on to be found again",
    "between": ", kept between a write and a read",
    "waiting": ", kept until a barrier",
}
_MOST_LEVELS = 3
"""How many levels of nested structures are drawn."""
_DASHES: dict[BarrierScope, str] = {"block": "2 3", "track": "5 3", "run": "1 5"}


def layout_svg(manifest: Manifest, layout: Layout) -> str:
    """The layout's regions, one below the other, and then the comparison with its baselines. The document is complete:
    it has no scripts and loads nothing. For an infeasible layout it says that the layout is infeasible."""
    found = charts(sized_for(manifest, layout), layout)
    label = layout.name or "layout"
    width = max((_width(chart) for chart in found), default=400) + _LEFT + 24
    below = [f"{label}: {told}" for label, told in compared(manifest, layout) if label.startswith("against")]
    broken = [base for base in layout.baselines.values() if base.broken]
    below += [f"your layout breaks rules of the manifest: {base.broken[0].message}" for base in broken]
    charts_end = _TOP + sum(_HEIGHT + _GAP for _ in found)
    width = max(width, *(round(_LEFT + len(line) * _CHARACTER * 1.1) + 24 for line in below), 0)
    height = charts_end + _LINE * len(below) + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">',
        f"<title>{_text(label)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for number, chart in enumerate(found):
        lines.extend(_region(chart, _TOP + number * (_HEIGHT + _GAP)))
    for number, line in enumerate(below):
        lines.append(f'<text x="{_LEFT}" y="{charts_end + _LINE * number}" fill="#222222">{_text(line)}</text>')
    if not found:
        message = f"{layout.status}: no shared bytes to show"
        lines.append(f'<text x="24" y="{_TOP}" fill="#333333">{_text(message)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _width(chart: Chart) -> int:
    return min(1600, max(480, 24 * chart.phases))


def _region(chart: Chart, top: float) -> Iterator[str]:
    width = _width(chart)
    x_scale, y_scale = width / chart.phases, _HEIGHT / chart.size_bytes
    used, phase = chart.peak
    caption = f"{chart.title}: {chart.size_bytes} bytes, peak {used} in phase {chart.phase_names[phase]}"
    yield f'<text x="{_LEFT}" y="{top - 22}" font-weight="bold" fill="#222222">{_text(caption)}</text>'
    yield (
        f'<rect x="{_LEFT}" y="{top}" width="{width}" height="{_HEIGHT}" fill="#f4f4f4" stroke="#999999">'
        "<title>free</title></rect>"
    )
    for box in chart.boxes:
        yield from _box(box, chart, top, x_scale, y_scale)
    for number in range(0, chart.phases, max(1, round(48 / x_scale))):
        x = _LEFT + number * x_scale
        name = chart.phase_names[number]
        yield f'<text x="{x:.2f}" y="{top - 6}" fill="#555555">{number}<title>{_text(name)}</title></text>'
    yield from _structures(chart, top, x_scale)
    for mark in chart.barriers:
        x = _LEFT + (mark.phase + mark.after) * x_scale
        yield (
            f'<path d="M{x:.2f} {top} v{_HEIGHT}" stroke="#222222" stroke-dasharray="{_DASHES[mark.scope]}">'
            f"<title>{_text(mark.note)}</title></path>"
        )
    if chart.windows_from is not None:
        y = top + chart.windows_from * y_scale
        yield (
            f'<path d="M{_LEFT} {y:.2f} h{width}" stroke="#222222" stroke-width="1.5">'
            f"<title>the windows of runs begin at byte {chart.windows_from}</title></path>"
        )
    for size in _ticks(chart.size_bytes):
        y = top + size * y_scale
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.2f}" text-anchor="end" fill="#555555">{size}</text>'


def _box(box: Box, chart: Chart, top: float, x_scale: float, y_scale: float) -> Iterator[str]:
    x, y = _LEFT + box.start * x_scale, top + box.start_bytes * y_scale
    width, height = (box.end - box.start) * x_scale, (box.end_bytes - box.start_bytes) * y_scale
    colour = _COLOURS[chart.number_of[box.buffer] % len(_COLOURS)]
    if box.above:
        colour = "#777777"
    opacity, state = _OPACITIES[box.state], _STATES[box.state]
    state += f" ({box.why})" if box.why else ""
    state += ", of the block, over some window" if box.above else ""
    note = f"{box.name}: bytes {box.start_bytes} to {box.end_bytes - 1}, phases {box.start} to {box.end - 1}{state}"
    yield (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}" '
        f'fill-opacity="{opacity}" stroke="#ffffff" stroke-width="0.6"><title>{_text(note)}</title></rect>'
    )
    short = box.name.rpartition("/")[2]
    if box.state == "stated" and height >= 11 and width >= (len(short) + 1) * _CHARACTER:
        yield f'<text x="{x + 4:.2f}" y="{y + height / 2 + 4:.2f}" fill="#111111">{_text(short)}</text>'


def _structures(chart: Chart, top: float, x_scale: float) -> Iterator[str]:
    """The structures below the chart: loops as brackets, branches with round ends, tracks in bold. Inner ones lie
    lower."""
    around: list[Phase] = []
    for one in chart.structures:
        while around and around[-1] <= one.start:
            around.pop()
        y = top + _HEIGHT + 4 + 6 * min(_MOST_LEVELS, len(around))
        around.append(one.end)
        for start, end in one.lanes:
            x, span = _LEFT + start * x_scale, (end - start) * x_scale
            path, stroke = f"M{x:.2f} {y} v6 h{span:.2f} v-6", ""
            if one.kind == "branch":
                path = f"M{x:.2f} {y} q0 9 9 9 H{x + max(9.0, span - 9):.2f} q9 0 9 -9"
            elif one.kind == "tracks":
                path, stroke = f"M{x:.2f} {y} v6 h{span:.2f} v-6", ' stroke-width="2.5"'
            yield f'<path d="{path}" fill="none" stroke="#555555"{stroke}><title>{_text(one.note)}</title></path>'


def _ticks(size_bytes: int) -> list[int]:
    """The offsets to label: about eight round ones, and the end."""
    step = 1
    while size_bytes / step > 8:
        step *= 2
    return [*(tick for tick in range(0, size_bytes, step) if size_bytes - tick >= step / 2), size_bytes]


def _text(value: str) -> str:
    """The text escaped for XML, without characters that XML cannot have."""
    return escape("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value))
