"""The whole view of a layout, in order."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from warpack.service.render.advice import advice_figures
from warpack.service.render.chart import charts
from warpack.service.render.figures import figures_table
from warpack.service.render.frontier import frontier_table
from warpack.service.render.marks import Marks
from warpack.service.render.picture import picture
from warpack.service.render.reports import validation_figures
from warpack.service.render.summary import summary
from warpack.service.render.table import buffer_table, in_order
from warpack.service.render.text import plain
from warpack.service.render.wrapping import Prose
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Layout, PlacedBuffer, sized_for
from warpack.solver.wire.manifest import Manifest

MOST_PICTURED = 2000
"""With more buffers than this, a picture in letters is useless."""

_STATUS_STYLES = {"optimal": "bold green", "feasible": "bold yellow", "infeasible": "bold red"}


def layout_view(manifest: Manifest, layout: Layout, width: int) -> Iterator[RenderableType]:
    """Renderables for a console of `width` columns: title, table, pictures, figures, advice, frontier, warnings,
    validation."""
    sized = sized_for(manifest, layout)
    yield title(manifest, layout)
    yield Text()
    placed = layout.launch is not None or layout.pool is not None
    if placed:
        marks = Marks(buffer.full_name for buffer in pictured(layout))
        yield buffer_table(sized, layout, marks)
        yield Text()
        yield from pictures(sized, layout, marks, width)
    yield figures_table([*summary(manifest, layout), *advice_figures(layout.advice)])
    if layout.frontier:
        yield Text()
        yield Text("frontier", style="bold")
        yield frontier_table(layout.frontier)
    for warning in layout.warnings:
        yield Prose(Text(f"warning: {plain(str(warning))}", style="yellow"))
    if placed:
        yield Text()
        yield figures_table(validation_figures(layout.validation))


def title(manifest: Manifest, layout: Layout) -> Prose:
    """The name, how far it is proven, the architecture, the number of buffers and the seconds."""
    line = Text(plain(layout.name) or "layout", style="bold")
    line.append(f"  {layout.status}", style=_STATUS_STYLES[layout.status])
    what = "pool" if manifest.of_pool else f"sm_{manifest.target.compute_capability.replace('.', '')}"
    line.append(f"  {what}", style="dim")
    line.append(f"  {number_of(len(manifest.buffers), 'buffer')}, {layout.run_info.seconds:.3f} s", style="dim")
    return Prose(line)


def pictured(layout: Layout) -> list[PlacedBuffer]:
    """The buffers that a picture can show: those with bytes that are on the chip, or in the pool."""
    return [buffer for buffer in in_order(layout) if buffer.region in ("block", "run", "pool") and buffer.size_bytes]


def pictures(
    manifest: Manifest, layout: Layout, marks: Marks, width: int, most_lines: int | None = None
) -> Iterator[RenderableType]:
    """A picture of each region. `most_lines` is for all of them together."""
    if len(layout.buffers) > MOST_PICTURED:
        yield Text(f"(no picture: more than {MOST_PICTURED} buffers)", style="dim")
        return
    found = charts(manifest, layout)
    for chart in found:
        yield Prose(Text(f"{chart.title}: bytes downwards, phases to the right", style="bold"))
        yield Prose(picture(chart, marks, width, None if most_lines is None else most_lines // len(found)))
