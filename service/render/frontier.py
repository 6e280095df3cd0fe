"""The frontier of a layout as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from warpack.service.render.advice import first_few
from warpack.service.render.text import plain

MOST_POINTS = 40


def frontier_table(points: Sequence[dict[str, Any]]) -> Table:
    """A row for each of the first MOST_POINTS points. An arrow marks the layout itself."""
    table = Table(box=None, pad_edge=False, header_style="bold", title="frontier", title_justify="left")
    table.add_column("")
    for heading in ("threads", "resident", "accesses on chip", "run bytes"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("on chip", overflow="fold")
    for point in points[:MOST_POINTS]:
        proven = "" if point["status"] == "optimal" else " (not proven)"
        table.add_row(
            ">" if point["chosen"] else "",
            str(point["threads_per_block"]),
            str(point["resident_threads"]),
            str(point["accesses_on_chip"]),
            f"{point['run_bytes']}{proven}",
            Text(plain(first_few(point["on_chip"]))),
        )
    if len(points) > MOST_POINTS:
        table.caption, table.caption_justify = f"and {len(points) - MOST_POINTS} more (--json lists all)", "left"
    return table
