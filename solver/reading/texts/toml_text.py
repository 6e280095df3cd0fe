"""TOML to JSON values, and where each value stands in the text."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from warpack.solver.reading.collector import Collector, escaped
from warpack.solver.reading.texts.written import Position, position_in

_WHERE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def toml_values(collector: Collector, text: str, file: str) -> Any:
    """The document as JSON values; None, and a problem, where it cannot be read. Dates and times stay what TOML makes
    of them: no field takes one."""
    try:
        return tomllib.loads(text)
    except ValueError as error:
        found = _WHERE.fullmatch(str(error))
        reason = found[1] if found else str(error)
        if found and found[2]:
            at = int(found[2]), int(found[3])
            where = f" in line {at[0]}, column {at[1]}"
        else:
            at, where = position_in(text, len(text.rstrip("\n"))), ", and the text ends"
        collector.error("not-toml", "", f"This is not TOML: {reason}{where}.", place=(file, at))
        return None


def toml_places(text: str, wanted: frozenset[str]) -> dict[str, Position]:
    """The position of each wanted pointer: of a member its key (or the head of its table), of a list's item its value.
    The text was read without fault before."""
    text = text.replace("\r\n", "\n")
    walk = _Walk(text, wanted)
    walk.document()
    return {pointer: position_in(text, offset) for pointer, offset in walk.found.items()}


_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
_STRING = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})'
    r"|'''[\s\S]*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)


class _Walk:
    def __init__(self, text: str, wanted: frozenset[str]) -> None:
        self.text, self.wanted = text, wanted
        self.found: dict[str, int] = {"": 0}
        self.offset = 0
        self._counts: dict[str, int] = {}

    def document(self) -> None:
        table = ""
        self._pass(_BLANK)
        while self.offset < len(self.text):
            if self.text[self.offset] == "[":
                table = self._head()
            else:
                self._pair(table)
            self._pass(_BLANK)

    def _head(self) -> str:
        """`[table]` or `[[table]]`: the pointer of what follows."""
        start = self.offset
        several = self.text.startswith("[[", start)
        self.offset += 2 if several else 1
        *holders, last = self._keys()
        self.offset += 2 if several else 1
        at = ""
        for key in holders:
            at = self._in_list(self._member(at, key, start))
        at = self._member(at, last, start)
        if not several:
            return at
        self._counts[at] = self._counts.get(at, 0) + 1
        at = self._in_list(at)
        self._mark(at, start)
        return at

    def _in_list(self, at: str) -> str:
        """The last of a list of tables; else the table itself."""
        return f"{at}/{self._counts[at] - 1}" if at in self._counts else at

    def _pair(self, at: str) -> None:
        start = self.offset
        for key in self._keys():
            at = self._member(at, key, start)
        self.offset += 1  # the sign of equality
        self._pass(_SPACE)
        self._value(at)

    def _keys(self) -> list[str]:
        """A key, dotted or not, and the space behind it."""
        keys: list[str] = []
        while True:
            self._pass(_SPACE)
            if self.text[self.offset] in "\"'":
                keys.append(tomllib.loads(f"key = {self._pass(_STRING)}")["key"])
            else:
                keys.append(self._pass(_BARE_KEY))
            self._pass(_SPACE)
            if self.text[self.offset] != ".":
                return keys
            self.offset += 1

    def _value(self, at: str) -> None:
        opening = self.text[self.offset]
        if opening in "\"'":
            self._pass(_STRING)
        elif opening in "[{":
            self.offset += 1
            self._pass(_BLANK)
            number = 0
            while self.text[self.offset] not in "]}":
                if opening == "{":
                    self._pair(at)
                else:
                    self._mark(f"{at}/{number}", self.offset)
                    self._value(f"{at}/{number}")
                    number += 1
                self._pass(_BLANK)
                if self.text[self.offset] == ",":
                    self.offset += 1
                    self._pass(_BLANK)
            self.offset += 1
        else:
            self._pass(_BARE_VALUE)

    def _member(self, at: str, key: str, offset: int) -> str:
        inner = f"{at}/{escaped(key)}"
        self._mark(inner, offset)
        return inner

    def _mark(self, at: str, offset: int) -> None:
        if at in self.wanted:
            self.found.setdefault(at, offset)

    def _pass(self, pattern: re.Pattern[str]) -> str:
        """Goes over what matches here, and gives it."""
        found = pattern.match(self.text, self.offset)
        if found is None:
            raise AssertionError(f"no TOML at offset {self.offset}, where tomllib found some")
        self.offset = found.end()
        return found.group()
