"""The lines below a picture: loops, branches and tracks along their phases, and barriers before and after phases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warpack.service.render.chart import Chart
from warpack.service.render.grid import Grid
from warpack.service.render.structures import BarrierMark, Kind, Structure
from warpack.solver.wire.manifest import BarrierScope

_MOST_LINES = 8
_BRACKETS: dict[Kind, tuple[str, str, str]] = {
    "loop": ("[", "-", "]"),
    "branch": ("(", "-", ")"),
    "tracks": ("{", "-", "}"),
}
_SCOPES: dict[BarrierScope, str] = {"block": "|", "run": "r", "track": "t"}


def under(chart: Chart, grid: Grid) -> list[str]:
    """The lines below the picture. Structures that do not overlap share a line, up to eight lines. Then come barriers,
    each at its side of the phase."""
    lines: list[tuple[Kind, list[str]]] = []
    for one in chart.structures:
        first, last = _characters(grid, one.start, one.end)
        line = next((cells for kind, cells in lines if kind == one.kind and not _taken(cells, first, last)), None)
        if line is None:
            line = [" "] * grid.width
            lines.append((one.kind, line))
        _draw(line, one, grid)
    drawn = [f"{''.join(cells)} {kind}" for kind, cells in lines[:_MOST_LINES]]
    for after, label in ((False, "barriers"), (True, "after")):
        marks = [mark for mark in chart.barriers if mark.after == after]
        if marks:
            drawn.append(f"{_barriers(marks, grid)} {label}")
    return drawn


def scopes_said(chart: Chart) -> Iterator[str]:
    """What the signs of barriers mean, if some barriers are not those of the whole block."""
    scopes = {mark.scope for mark in chart.barriers}
    if scopes - {"block"}:
        yield "barriers " + ", ".join(f"{sign} of a {scope}" for scope, sign in _SCOPES.items() if scope in scopes)


def _characters(grid: Grid, start: int, end: int) -> tuple[int, int]:
    """The first and the last character of the phases `[start, end)`."""
    return grid.character_of(start), grid.character_of(end - 1) + grid.columns_per_phase - 1


def _taken(cells: list[str], first: int, last: int) -> bool:
    return any(cell != " " for cell in cells[first : last + 1])


def _draw(cells: list[str], one: Structure, grid: Grid) -> None:
    opening, line, closing = _BRACKETS[one.kind]
    for start, end in one.lanes:
        first, last = _characters(grid, start, end)
        cells[first : last + 1] = line * (last + 1 - first)
        cells[first], cells[last] = (opening, closing) if last > first else ("o", "o")


def _barriers(marks: Iterable[BarrierMark], grid: Grid) -> str:
    cells = [" "] * grid.width
    for mark in sorted(marks, key=lambda mark: mark.scope == "block"):
        first, last = _characters(grid, mark.phase, mark.phase + 1)
        cells[last if mark.after else first] = _SCOPES[mark.scope]
    return "".join(cells)
