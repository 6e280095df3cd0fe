"""The pages, and what is done with each of their blocks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.docs.tables import CONTINUED, ELSEWHERE, FILES, NOT_RUN, PAGES_ELSEWHERE
from tests.helpers.run_pages import ROOT, Block, blocks, run_page

_FOLDERS = ("docs", "examples")


def pages() -> Iterator[str]:
    """Every page, by its path in the tree: those of the site, README and CONTRIBUTING."""
    yield from ("README.md", "CONTRIBUTING.md")
    for folder in _FOLDERS:
        yield from sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.md"))


def blocks_of(page: str) -> list[Block]:
    return list(blocks(ROOT / page))


def reason(page: str, block: Block) -> str | None:
    """Why this block is not run with its page; None where it is."""
    if page in PAGES_ELSEWHERE:
        return PAGES_ELSEWHERE[page]
    if (page, block.language) in ELSEWHERE:
        return ELSEWHERE[page, block.language]
    found = [why for (named, first), why in NOT_RUN.items() if named == page and block.text.startswith(first)]
    return found[0] if found else None


def run(page: str, folder: Path, addresses: Mapping[str, str]) -> str | None:
    """Runs the page in this new folder, after the one that it continues. The package for want of which the rest was
    left out, if any."""
    if page in CONTINUED:
        run(CONTINUED[page], folder, addresses)
    else:
        folder.mkdir(parents=True)
        (folder / "examples").symlink_to(ROOT / "examples")
    for name, source in FILES.get(page, {}).items():
        shutil.copy(source, folder / name)
    left_out = frozenset(block for block in blocks_of(page) if reason(page, block) is not None)
    return run_page(ROOT / page, folder, addresses, left_out)
