"""Tables for the terminal, in which no name is broken. Where they are too wide, columns that can be spared are left
out; where even that is too wide, each row becomes a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from warpack.service.render.wrapping import Prose, in_one_line, widest_piece, wrapped

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_GAP = 2
Cell = str | Text


@dataclass(frozen=True, slots=True)
class Column:
    """`right`: numbers. `spare`: may be left out where the table is too wide. `fold`: its cells are no words, and may
    be broken anywhere. `whole`: they stay on one line. `head`: part of a row's name. `style` is one of rich."""

    title: str = ""
    right: bool = False
    spare: bool = False
    fold: bool = False
    whole: bool = False
    head: bool = False
    style: str = ""


class Columns:
    """A table. A row has a cell for each column. `caption` is a line below it. A table whose columns have no titles has
    no line for them."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], caption: str = "") -> None:
        self.columns = tuple(columns)
        self.rows = [[_text(cell, column) for cell, column in zip(row, columns, strict=True)] for row in rows]
        self.caption = caption

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = self._shown(options.max_width)
        if shown is None:
            yield from self._stacked()
        else:
            yield from self._lined(shown)
        if self.caption:
            yield Prose(Text(self.caption, style="dim"))

    def _shown(self, width: int) -> dict[int, int] | None:
        """The width of each column that is shown; None where no choice fits."""
        left = list(range(len(self.columns)))
        for out in (None, *(at for at in reversed(left) if self.columns[at].spare)):
            left = [at for at in left if at != out]
            room = width - _GAP * (len(left) - 1)
            natural, least = [self._natural(at) for at in left], [self._least(at) for at in left]
            if sum(least) <= room:
                return dict(zip(left, _shrunk(natural, least, room), strict=True))
        return None

    def _natural(self, at: int) -> int:
        cells = [self.columns[at].title, *(row[at].plain for row in self.rows)]
        return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)

    def _least(self, at: int) -> int:
        column = self.columns[at]
        title = widest_piece(column.title)
        if column.head and not column.title:
            return self._natural(at)
        if column.fold:
            return max(title, min(8, self._natural(at)))
        width = cell_len if column.whole else widest_piece
        return max([title, *(width(row[at].plain) for row in self.rows)])

    def _lined(self, widths: dict[int, int]) -> RenderResult:
        titles = [Text(column.title, style="bold") for column in self.columns]
        for cells in ([titles] if any(column.title for column in self.columns) else []) + self.rows:
            folds = {at: self.columns[at].fold and cells is not titles for at in widths}
            blocks = {at: wrapped(cells[at], width, fold=folds[at]) for at, width in widths.items()}
            for number in range(max(map(len, blocks.values()), default=0)):
                line = Text()
                for at, block in blocks.items():
                    text = block[number] if number < len(block) else Text()
                    pad = " " * (widths[at] - cell_len(text.plain))
                    line = line + (Text(pad) + text if self.columns[at].right else text + Text(pad)) + Text(" " * _GAP)
                line.rstrip()
                yield in_one_line(line)

    def _stacked(self) -> RenderResult:
        """The name of each row in a line, and below it the other cells with their titles."""
        heads = [at for at, column in enumerate(self.columns) if column.head] or [0]
        for row in self.rows:
            name = Text("  ").join(row[at] for at in heads if row[at].plain)
            if name.plain:
                yield Prose(name)
            for at, column in enumerate(self.columns):
                if at not in heads and row[at].plain:
                    title = Text.assemble((f"{column.title} ", "dim")) if column.title else Text()
                    yield Prose(title + row[at], indent=2, fold=column.fold)


def _text(cell: Cell, column: Column) -> Text:
    return Text(cell, style=column.style) if isinstance(cell, str) else cell.copy()


def _shrunk(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths of at most `room` in all: the widest columns give first, none below its least."""
    widths = [max(each) for each in zip(natural, least, strict=True)]
    while sum(widths) > room:
        most = max(width for width, low in zip(widths, least, strict=True) if width > low)
        giving = [at for at, width in enumerate(widths) if width == most and width > least[at]]
        floor = max([*(least[at] for at in giving), *(width for width in widths if width < most)], default=0)
        over = sum(widths) - room
        step = max(1, min(most - floor, over // len(giving))) if most > floor else 1
        for at in giving:
            if sum(widths) > room:
                widths[at] -= min(step, widths[at] - least[at])
    return widths
