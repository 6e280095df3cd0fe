"""The frontier of a layout as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warpack.service.render.advice import first_few
from warpack.service.render.columns import Column, Columns
from warpack.service.render.text import plain

MOST_POINTS = 40


def frontier_table(points: Sequence[dict[str, Any]], most: int = MOST_POINTS) -> Columns:
    """A row for each of the first points, `most` at most. An arrow marks the layout itself."""
    titles = ("threads", "resident", "accesses on chip", "run bytes")
    columns = [Column(head=True), *(Column(title, right=True, head=not at) for at, title in enumerate(titles))]
    rows = [
        (
            ">" if point["chosen"] else "",
            str(point["threads_per_block"]),
            str(point["resident_threads"]),
            str(point["accesses_on_chip"]),
            f"{point['run_bytes']}{'' if point['status'] == 'optimal' else ' (not proven)'}",
            plain(first_few(point["on_chip"])),
        )
        for point in points[:most]
    ]
    more = f"and {len(points) - most} more (--json lists all)" if len(points) > most else ""
    return Columns([*columns, Column("on chip")], rows, more)
