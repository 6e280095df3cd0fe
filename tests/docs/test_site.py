"""The pages become a site without a warning, which works offline, and whose reference is made from the types."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import pages

pytest.importorskip("sphinx", reason="the extra `docs` is not installed")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
_LOADED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["'](?:https?:)?//""")
_IN_STYLES = re.compile(r"""(?:url\(|@import\s*)["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "--keep-going",
            "-c",
            "docs/site",
            "-d",
            folder / "cache",
            ".",
            folder / "html",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "html"


def words(page: Path) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))).split())


def test_every_page_is_in_the_site_and_its_first_page_leads_to_them(site: Path) -> None:
    absent = [page for page in pages() if page != "README.md" and not (site / page).with_suffix(".html").exists()]
    assert absent == []
    assert "url=docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    loaded = [str(page) for page in site.rglob("*.html") if _LOADED.search(page.read_text(encoding="utf-8"))]
    styled = [str(page) for page in site.rglob("*.css") if _IN_STYLES.search(page.read_text(encoding="utf-8"))]
    assert loaded == styled == []


def test_the_reference_is_made_from_the_types(site: Path) -> None:
    reference = site / "docs" / "reference"
    assert {"optimize", "load_manifest", "BufferRegistry", "MissingExtraError"} <= set(
        re.findall(r'id="warpack\.(\w+)"', (reference / "python.html").read_text(encoding="utf-8"))
    )
    assert "Elements, not bytes" in words(reference / "manifest.html")
    assert "minimum_budget_bytes" in words(reference / "layout.html")
    assert "Usage: warpack admin keys make" in words(reference / "cli.html")
    assert "DELETE /v1/layouts/{job_id}" in words(reference / "http.html")
    assert "unsupported-media-type" in words(reference / "problems.html")
    assert "alias-lifetimes-meet" in words(reference / "problems.html")
    assert not [page for page in reference.glob("*.html") if "made here" in page.read_text(encoding="utf-8")]
