"""A letter and a colour for each buffer, the same in table and picture. Letters suffice to tell buffers apart."""

from __future__ import annotations

import string
from collections.abc import Iterable

HOLE = "."
CARRIED = ":"
BETWEEN = "="
WAITING = "~"
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
MANY = "#"
"""The common letter of all buffers that get no letter of their own. Their colour is grey."""

_COLOURS = (
    "cyan",
    "green",
    "yellow",
    "magenta",
    "blue",
    "red",
    "bright_cyan",
    "bright_green",
    "bright_yellow",
    "bright_magenta",
    "bright_blue",
    "bright_red",
)


class Marks:
    """Letters and colours (rich styles) for buffers, in the order given. The `others` have no letter of their own."""

    def __init__(self, buffers: Iterable[str], others: Iterable[str] = ()) -> None:
        self._number = {name: number for number, name in enumerate(buffers)}
        self._number |= {name: len(LETTERS) for name in others if name not in self._number}

    def letter(self, buffer: str) -> str:
        """The letter of a buffer."""
        number = self._number.get(buffer)
        if number is None:
            return " "
        return LETTERS[number] if number < len(LETTERS) else MANY

    def style(self, buffer: str) -> str:
        """The colour of a buffer, as a style of rich."""
        number = self._number.get(buffer)
        if number is None:
            return ""
        return _COLOURS[number % len(_COLOURS)] if number < len(LETTERS) else "bright_black"

    def letters(self, buffers: Iterable[str]) -> str:
        """The letters of several buffers, in order. Buffers without a letter of their own share one MANY."""
        return "".join(sorted({self.letter(buffer) for buffer in buffers} - {" "}, key=(LETTERS + MANY).index))
