"""A text with its form and the name under which problems show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

Form = Literal["json", "yaml", "toml"]
Position = tuple[int, int]
"""Line and column, both from 1; columns count characters."""

_FORMS: dict[str, Form] = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml"}
_PLAUSIBLE_JSON = (b"{", b"[", b"")


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it was written: bytes that were read from `file`."""

    data: bytes
    form: Form
    file: str


def form_of_name(file: str) -> Form:
    """By the end of the file's name; JSON where it says nothing else."""
    return _FORMS.get(PurePath(file).suffix.lower(), "json")


def form_of_stream(data: bytes) -> Form:
    """Of a text that has no name: JSON begins with a bracket, and all else is YAML."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return "json" if start in _PLAUSIBLE_JSON else "yaml"


def position_in(text: str, offset: int) -> Position:
    """The line and column of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def prefixes(pointers: frozenset[str]) -> frozenset[str]:
    """The pointers and those of everything that holds what they point at."""
    found = {""}
    for pointer in pointers:
        while pointer and pointer not in found:
            found.add(pointer)
            pointer = pointer.rpartition("/")[0]
    return frozenset(found)
