"""Pages that no list of pages names: the list of how-to pages takes them, so that a new page is found at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
_LIST = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def unlisted() -> str:
    """A list of them, or nothing."""
    named = [entry for page in DOCS.rglob("*.md") for entry in _named(page)]
    found = sorted(page.stem for page in DOCS.glob("*.md") if not any(fnmatch(page.stem, entry) for entry in named))
    left = [name for name in found if name != "index"]
    return "\n".join(["```{toctree}", ":hidden:", "", *left, "```"]) if left else ""


def _named(page: Path) -> Iterator[str]:
    """What the lists of this page name of the folder docs/."""
    above = "" if page.parent == DOCS else "../"
    for entries in _LIST.findall(page.read_text(encoding="utf-8")):
        for entry in re.findall(r"[^\s<>]+(?=>?$)", entries, re.MULTILINE):
            if entry.startswith(above) and "/" not in entry.removeprefix(above):
                yield entry.removeprefix(above)
