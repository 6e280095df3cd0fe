"""Figures: labels and texts, in two columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from warpack.service.render.text import plain

if TYPE_CHECKING:
    from rich.table import Table

Figure: TypeAlias = tuple[str, str]
"""A label and a text."""


def figures_table(figures: Iterable[Figure]) -> Table:
    """The figures for the terminal. Only this function needs `rich`."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in figures:
        table.add_row(Text(plain(label)), Text(plain(text)))
    return table
