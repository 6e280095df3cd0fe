"""docs/time*.md read: each manifest, the kernel before it, and the lines below it that say what its layout comes to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGES = sorted((Path(__file__).parents[2] / "docs").glob("time*.md"))

_TITLE = re.compile(r"^#+ (.*)$", re.MULTILINE)
_EXAMPLE = re.compile(
    r"^```cpp\n(.*?)^```\n\n```json\n(.*?)^```\n\n((?:- [^\n]*\n(?:  [^\n]*\n)*)+)", re.DOTALL | re.MULTILINE
)
_LINE = re.compile(r"((?:`[^`]*`|[^`:])*): (.*)")
"""Up to the first colon that stands in no code, and what follows it."""


@dataclass(frozen=True)
class Line:
    """What one line says: how the manifest is changed first ("Layout": not at all), and the claims about its layout."""

    lead: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    name: str
    kernel: str
    text: str
    lines: tuple[Line, ...]

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


def examples() -> Iterator[Example]:
    """Every example of the pages, named by its section, with a number where a section has several."""
    for path in PAGES:
        yield from _examples(path.read_text(encoding="utf-8"))


def _examples(page: str) -> Iterator[Example]:
    seen: dict[str, int] = {}
    for found in _EXAMPLE.finditer(page):
        title = _TITLE.findall(page, 0, found.start())[-1]
        seen[title] = seen.get(title, 0) + 1
        name = title if seen[title] == 1 else f"{title} {seen[title]}"
        kernel, text, lines = found.groups()
        yield Example(name, kernel, text, tuple(_lines(lines)))


def _lines(text: str) -> Iterator[Line]:
    for line in re.split(r"\n(?=- )", text.strip()):
        read = _LINE.fullmatch(" ".join(line[2:].split()))
        assert read is not None, line
        yield Line(read[1], tuple(read[2].rstrip(".").split("; ")))
