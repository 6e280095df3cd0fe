"""Where values stand in a JSON text. The text was read without fault before."""

from __future__ import annotations

import json
from json.decoder import scanstring  # type: ignore[attr-defined]  # documented by its users alone

from warpack.solver.reading.collector import escaped
from warpack.solver.reading.texts.written import Position, position_in

_SPACE = " \t\n\r"


def json_places(text: str, wanted: frozenset[str]) -> dict[str, Position]:
    """The position of each wanted pointer that the text has: of a member its key, of a list's item its value. What
    holds a wanted one must be wanted too; all else is passed over at the speed of the decoder."""
    walk = _Walk(text, wanted)
    start = walk.after_space(0)
    walk.mark("", start)
    walk.value("", start)
    return {pointer: position_in(text, offset) for pointer, offset in walk.found.items()}


class _Walk:
    def __init__(self, text: str, wanted: frozenset[str]) -> None:
        self.text, self.wanted = text, wanted
        self.found: dict[str, int] = {}
        self._decoder = json.JSONDecoder(parse_int=str, parse_float=str)

    def mark(self, at: str, offset: int) -> None:
        if at in self.wanted:
            self.found[at] = offset

    def after_space(self, offset: int) -> int:
        while offset < len(self.text) and self.text[offset] in _SPACE:
            offset += 1
        return offset

    def value(self, at: str, offset: int) -> int:
        """Goes through the value that begins here; where it ends."""
        kind = self.text[offset]
        if at not in self.wanted or kind not in "{[":
            return self._decoder.raw_decode(self.text, offset)[1]
        offset = self.after_space(offset + 1)
        number = 0
        while self.text[offset] not in "}]":
            if kind == "{":
                key, after = scanstring(self.text, offset + 1, True)
                inner = f"{at}/{escaped(key)}"
                self.mark(inner, offset)
                offset = self.after_space(self.after_space(after) + 1)
            else:
                inner = f"{at}/{number}"
                number += 1
                self.mark(inner, offset)
            offset = self.after_space(self.value(inner, offset))
            if self.text[offset] == ",":
                offset = self.after_space(offset + 1)
        return offset + 1
