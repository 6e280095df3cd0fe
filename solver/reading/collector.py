"""Collects everything that is wrong with a document, and the parts of its messages: shortened values, names that were
probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from warpack.solver.wire.problems import Place, Problem
from warpack.solver.wire.readable import readable_json

if TYPE_CHECKING:
    from warpack.solver.reading.texts.written import Position, Written

LARGEST = 2**31 - 1
"""The largest count of bytes or elements that a field may hold; a pool's may hold more."""
LARGEST_ALIGNMENT = 1024

SHOWN_CHARACTERS = 60
HINTS = 40
"""The most "did you mean" searches in one document; each goes through all candidates."""
HINT_CANDIDATES = 2000
_INTEGER = re.compile(r"\s*([0-9]{1,15})\s*((?:[km]i?)?b?)\s*", re.ASCII | re.IGNORECASE)


def show(value: Any) -> str:
    """A value as it may stand in a message: JSON on one line, cut short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    try:
        text = readable_json(value)
    except (TypeError, ValueError):
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def unquoted(value: Any, *, of_bytes: bool = False) -> str:
    """ " Without quotes: …." where a text holds nothing but an integer; `of_bytes`: perhaps of kilobytes."""
    found = _INTEGER.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[2] and not of_bytes):
        return ""
    scale = {"k": 1024, "m": 1024**2}.get(found[2][:1].lower(), 1)
    return f" Without quotes: {int(found[1]) * scale}."


def spelled(value: Any) -> str:
    """An interval as the user wrote it: names as a list, both inclusive, and indices half-open."""
    if isinstance(value, list | tuple) and len(value) == 2:
        start, end = show(value[0]), show(value[1])
        return f"[{start}, {end}]" if isinstance(value[0], str) else f"[{start}, {end})"
    return show(value)


def some(shown: Iterable[str], most: int = 4) -> str:
    """The first few of them, and whether there are more."""
    several = list(islice(shown, most + 1))
    return ", ".join(several[:most]) + (", …" if len(several) > most else "")


def escaped(key: object) -> str:
    """A key as one step of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


class Collector:
    """Problems and warnings in the order in which they were found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.written: Written | None = None
        """The text that the document was read from, where it came from a file."""
        self._hints_left = HINTS
        self.largest = LARGEST
        self.largest_alignment = LARGEST_ALIGNMENT
        self.subject: str | None = None
        """The buffer, part or component that all further problems are about: it is named beside the pointer, and in the
        message."""

    @contextmanager
    def about(self, subject: str | None) -> Iterator[None]:
        before, self.subject = self.subject, subject
        try:
            yield
        finally:
            self.subject = before

    def error(
        self,
        type_: str,
        pointer: str,
        message: str,
        *names: str,
        place: tuple[str | None, Position | None] = (None, None),
    ) -> None:
        """`place`: the file and the position in it, where they are known already. Without a position the whole file is
        meant."""
        problem = self._problem(type_, pointer, message, names)
        file, position = place
        if file is not None:
            problem = replace(problem, place=Place(file, *(position or ())))
        self.problems.append(problem)

    def warn(self, type_: str, pointer: str, message: str, *names: str) -> None:
        self.warnings.append(self._problem(type_, pointer, message, names))

    def _problem(self, type_: str, pointer: str, message: str, names: tuple[str, ...]) -> Problem:
        subject = self.subject
        if subject is None:
            return Problem(type_, pointer, message, names)
        if subject in names:  # its message mentions it already
            return Problem(type_, pointer, message, names)
        return Problem(type_, pointer, f"{subject}: {message}", (subject, *names))

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
