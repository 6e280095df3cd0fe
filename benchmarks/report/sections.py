"""Sections of the page that commands of their own write: they stay when the rest is written anew."""

from __future__ import annotations

import re
from pathlib import Path

OTHERS = ("Triton kernels", "Pools")
"""Their headings, in the order of the page."""


def sections_of(text: str) -> dict[str, str]:
    """The sections of other commands that a page has, each with its heading."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    named = {part.partition("\n")[0].removeprefix("## "): part.rstrip() for part in parts[1:]}
    return {name: named[name] for name in OTHERS if name in named}


def with_sections(text: str, sections: dict[str, str]) -> str:
    """The page with these, in place of those that it has."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = [part for part in parts if part.partition("\n")[0].removeprefix("## ") not in OTHERS]
    found = sections_of(text) | sections
    return "\n\n".join(["".join(kept).rstrip(), *(found[name] for name in OTHERS if name in found)]) + "\n"


def put_section(page: Path, name: str, body: str) -> None:
    """Writes one section into a page that is there already."""
    section = {name: f"## {name}\n\n{body.strip()}"}
    page.write_text(with_sections(page.read_text(encoding="utf-8"), section), encoding="utf-8")
