"""A layout as an SVG document: offsets downwards, phases to the right, one box a buffer and lifetime."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from service.render.chart import Box, Chart, charts
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest

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
_CHARACTER = 6.2
"""Width of a character of the labels, in pixels, near enough to know whether a label fits its box."""


def layout_svg(manifest: Manifest, layout: Layout) -> str:
    """The layout's regions below one another. The document is complete, uses no scripts and loads nothing; an infeasible
    layout gives a document that says so."""
    found = charts(manifest, layout)
    label = layout.name or "layout"
    width = max((_width(chart) for chart in found), default=400) + _LEFT + 24
    height = _TOP + sum(_HEIGHT + _GAP for _ in found) + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">',
        f"<title>{_text(label)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for number, chart in enumerate(found):
        lines.extend(_region(chart, _TOP + number * (_HEIGHT + _GAP)))
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
    what = "one run's window" if chart.region == "run" else "block region"
    caption = f"{what}: {chart.size_bytes} bytes, peak {used} in phase {chart.phase_names[phase]}"
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
    for start, end in chart.loops:
        x, span = _LEFT + start * x_scale, (end - start) * x_scale
        yield (
            f'<path d="M{x:.2f} {top + _HEIGHT + 4} v6 h{span:.2f} v-6" fill="none" stroke="#555555">'
            f"<title>loop over phases {start} to {end - 1}</title></path>"
        )
    for phase in chart.barriers:
        x = _LEFT + phase * x_scale
        yield (
            f'<path d="M{x:.2f} {top} v{_HEIGHT}" stroke="#222222" stroke-dasharray="2 3">'
            f"<title>barrier before phase {_text(chart.phase_names[phase])}</title></path>"
        )
    for size in _ticks(chart.size_bytes):
        y = top + size * y_scale
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.2f}" text-anchor="end" fill="#555555">{size}</text>'


def _box(box: Box, chart: Chart, top: float, x_scale: float, y_scale: float) -> Iterator[str]:
    x, y = _LEFT + box.start * x_scale, top + box.start_bytes * y_scale
    width, height = (box.end - box.start) * x_scale, (box.end_bytes - box.start_bytes) * y_scale
    colour = _COLOURS[chart.number_of[box.buffer] % len(_COLOURS)]
    opacity = "0.85" if box.live else "0.3"
    state = "" if box.live else ", kept until a barrier"
    note = f"{box.name}: bytes {box.start_bytes} to {box.end_bytes - 1}, phases {box.start} to {box.end - 1}{state}"
    yield (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}" '
        f'fill-opacity="{opacity}" stroke="#ffffff" stroke-width="0.6"><title>{_text(note)}</title></rect>'
    )
    short = box.name.rpartition("/")[2]
    if box.live and height >= 11 and width >= (len(short) + 1) * _CHARACTER:
        yield f'<text x="{x + 4:.2f}" y="{y + height / 2 + 4:.2f}" fill="#111111">{_text(short)}</text>'


def _ticks(size_bytes: int) -> list[int]:
    """Offsets to label: about eight round ones, and the end."""
    step = 1
    while size_bytes / step > 8:
        step *= 2
    return [*(tick for tick in range(0, size_bytes, step) if size_bytes - tick >= step / 2), size_bytes]


def _text(value: str) -> str:
    """Escaped for XML, without the characters that XML cannot hold."""
    return escape("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value))
