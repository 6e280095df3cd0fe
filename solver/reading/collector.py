"""Gathers everything that is wrong with a document, and words it: values cut short, names that were probably meant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from solver.wire.problems import Problem

SHOWN_CHARACTERS = 60
HINTS = 40
"""So many "did you mean" are looked for in one document; each costs a search over the candidates."""
HINT_CANDIDATES = 2000


def show(value: Any) -> str:
    """A value as it may stand in a message: JSON on one line, cut short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError):
        return f"a {type(value).__name__}"
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def escaped(key: object) -> str:
    """A key as one step of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


class Collector:
    """Problems and warnings in the order in which they were found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._hints_left = HINTS

    def error(self, type_: str, pointer: str, message: str, *names: str) -> None:
        self.problems.append(Problem(type_, pointer, message, names))

    def warn(self, type_: str, pointer: str, message: str, *names: str) -> None:
        self.warnings.append(Problem(type_, pointer, message, names))

    def wrong_type(self, pointer: str, value: Any, expected: str) -> None:
        self.error("wrong-type", pointer, f"Must be {expected}, and is {show(value)}.")

    def hint(self, word: Any, candidates: Iterable[str]) -> str:
        """ " Did you mean …?" where one of the candidates is close to the word, else nothing."""
        if self._hints_left <= 0 or not isinstance(word, str) or len(word) > 100:
            return ""
        from difflib import get_close_matches
        from itertools import islice

        self._hints_left -= 1
        few = list(islice(candidates, HINT_CANDIDATES))
        close = get_close_matches(word, few, n=1, cutoff=0.6)
        if not close:
            folded = word.casefold()
            close = [name for name in few if name.casefold() == folded][:1]
        return f" Did you mean {show(close[0])}?" if close else ""
