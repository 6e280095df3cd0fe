"""Every page does what it says: its commands run in order in one folder, and print what stands there. A new page is
covered by being there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import blocks_of, pages, reason, run
from tests.docs.tables import CONTINUED, ELSEWHERE, NOT_RUN, PAGES_ELSEWHERE
from tests.helpers.run_pages import ROOT, Block
from tests.helpers.service_process import service

pytestmark = pytest.mark.slow

_SERVICE = re.compile(r"(?:https?://)?(?:localhost|127\.0\.0\.1):8000")
_NEEDS_A_COMPILER = {"docs/howto-cpp.md", "docs/import.md"}


def _run_blocks(page: str) -> list[Block]:
    return [block for block in blocks_of(page) if block.language != "needs" and reason(page, block) is None]


def _asks_a_service(page: str) -> bool:
    return any(_SERVICE.search(block.text) for block in _run_blocks(page) if block.language in ("sh", "python"))


RUN = [page for page in pages() if _run_blocks(page) and page not in CONTINUED.values()]
ALONE = [page for page in RUN if not _asks_a_service(page)]
ASKING = [page for page in RUN if _asks_a_service(page)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with service(tmp_path_factory.mktemp("service") / "data", workers=1) as running:
        yield running.url


@pytest.mark.parametrize("page", ALONE)
def test_a_page_does_what_it_says(page: str, tmp_path: Path) -> None:
    if page in _NEEDS_A_COMPILER and not any(map(shutil.which, ("g++", "clang++"))):
        pytest.skip("no C++ compiler is installed here")
    absent = run(page, tmp_path / "folder", {})
    if absent is not None:
        pytest.skip(f"{absent} is not installed here: the page was run as far as it does not need it")


@pytest.mark.parametrize("page", ASKING)
def test_a_page_that_asks_a_service_does_what_it_says(page: str, tmp_path: Path, url: str) -> None:
    host = url.removeprefix("http://")
    folder = tmp_path / "folder"
    assert run(page, folder, {"127.0.0.1:8000": host, "localhost:8000": host}) is None
    if CONTINUED.get(page) == "docs/tutorial.md":
        assert (folder / "before.npy").read_bytes() == (folder / "after.npy").read_bytes()


def test_the_tables_name_blocks_that_are_there() -> None:
    for page, first in NOT_RUN:
        assert any(block.text.startswith(first) for block in blocks_of(page)), (page, first)
    for (page, language), test in ELSEWHERE.items():
        assert any(block.language == language for block in blocks_of(page)), (page, language)
        assert re.split(r"[.-]", Path(page).name)[0] in (ROOT / test).read_text(encoding="utf-8"), test


def test_most_blocks_are_run() -> None:
    whole = [page for page in pages() if page not in PAGES_ELSEWHERE]
    everything = [(page, block) for page in whole for block in blocks_of(page) if block.language != "needs"]
    left_out = [
        page
        for page, block in everything
        if reason(page, block) is not None and (page, block.language) not in ELSEWHERE
    ]
    assert len(left_out) < len(everything) / 4


def test_a_page_that_another_test_runs_whole_is_named_there() -> None:
    for page, test in PAGES_ELSEWHERE.items():
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")
