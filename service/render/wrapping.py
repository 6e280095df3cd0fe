"""Lines for people: text is broken between words, and paths after a slash. No word, name or path is broken within."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.measure import Measurement
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_WORD = re.compile(r"\S+\s*")
_PATH_STEP = re.compile(r"[^/]*/+|[^/]+")


@dataclass(frozen=True, slots=True)
class Prose:
    """Text that is wrapped at the width of the terminal. A word that is wider than that stays in one piece, unless it
    is none, and `fold` says so."""

    text: Text
    indent: int = 0
    fold: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in wrapped(self.text, max(1, options.max_width - self.indent), fold=self.fold):
            yield in_one_line(Text(" " * self.indent) + line if self.indent else line)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(widest_piece(self.text.plain), options.max_width), options.max_width)


def in_one_line(text: Text) -> Text:
    """The text as it is: rich neither wraps nor crops it."""
    text.no_wrap, text.overflow = True, "ignore"
    return text


def wrapped(text: Text, width: int, *, fold: bool = False) -> list[Text]:
    """Lines of at most `width` characters, if no piece of the text is wider. `fold`: it is no text, and may be broken
    anywhere."""
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        cuts = list(range(width, len(paragraph), width)) if fold else list(_cuts(paragraph.plain, width))
        for line in paragraph.divide(cuts):
            line.rstrip()
            lines.append(line)
    return lines


def widest_piece(text: str) -> int:
    """The characters of the widest word or step of a path."""
    steps = (step for word in text.split() for step in _PATH_STEP.findall(word))
    return max(map(cell_len, steps), default=0)


def _cuts(text: str, width: int) -> Iterator[int]:
    """Where the lines after the first begin. A word goes to the next line before its path is broken."""
    used = len(text) - len(text.lstrip())
    for word in _WORD.finditer(text):
        at, bare = word.start(), cell_len(word.group().rstrip())
        if used and used + bare > width and text[:at].strip():
            yield at
            used = 0
        if used + bare <= width:
            used += cell_len(word.group())
            continue
        for step in _PATH_STEP.finditer(word.group()):
            size = cell_len(step.group().rstrip())
            if step.start() and used + size > width:
                yield at + step.start()
                used = 0
            used += cell_len(step.group())
