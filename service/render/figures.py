"""Figures: labels and texts, in two columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from warpack.service.render.text import plain

if TYPE_CHECKING:
    from warpack.service.render.columns import Columns

Figure: TypeAlias = tuple[str, str]
"""A label and a text."""


def figures_table(figures: Iterable[Figure]) -> Columns:
    """The figures for the terminal. Only this function needs `rich`."""
    from warpack.service.render.columns import Column, Columns

    columns = (Column(head=True, style="bold"), Column())
    return Columns(columns, ((plain(label), plain(text)) for label, text in figures))
