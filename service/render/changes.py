"""Changes between two documents, on one screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from warpack.service.render.text import plain
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.readable import readable_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from warpack.service.differences import Change

MOST_ROWS = 30
_LONGEST = 60
_HASH = re.compile("[0-9a-f]{64}")
_BRIEF = ("dtype", "size", "region", "offset_bytes", "size_bytes", "lifetime", "phase")
"""What is told of a thing that came or went, as far as it has it."""


def changes_view(kind: str, changes: Sequence[Change], most: int = MOST_ROWS) -> Iterator[RenderableType]:
    """A line that counts them, and a table of the first ones."""
    from rich.text import Text

    from warpack.service.render.columns import Column, Columns

    if not changes:
        yield Text(f"the same {kind}: nothing differs")
        return
    buffers = len({change.name for change in changes if change.what == "buffer" and change.name})
    yield Text(
        f"{number_of(len(changes), 'change')} of the {kind}" + (f", {number_of(buffers, 'buffer')}" if buffers else "")
    )
    rows, last = [], ""
    for change in changes[:most]:
        what = f"{change.what} {change.name}".rstrip()
        rows.append([plain(cell) for cell in ("" if what == last else what, *_cells(change))])
        last = what
    columns = [Column(title, head=not at) for at, title in enumerate(("what", "field", "before", "after"))]
    more = f"and {len(changes) - most} more (--verbose lists all)" if len(changes) > most else ""
    yield Columns(columns, rows, more)


def _cells(change: Change) -> tuple[str, str, str]:
    if not change.field:
        came = change.before is None
        return "new" if came else "gone", *(("", _brief(change.after)) if came else (_brief(change.before), ""))
    before, after = change.before, change.after
    grown = type(before) is type(after) is int
    return change.field, _shown(before), _shown(after) + (f" ({after - before:+d})" if grown else "")


def _brief(fields: dict[str, Any]) -> str:
    return _cut(", ".join(f"{key} {_shown(fields[key])}" for key in _BRIEF if fields.get(key) is not None))


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, str) and _HASH.fullmatch(value):
        return f"{value[:12]}…"
    if isinstance(value, list):
        return _cut(", ".join(map(_shown, value))) if value else "none"
    return _cut(value if isinstance(value, str) else readable_json(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
