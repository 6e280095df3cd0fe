"""CONTRIBUTING.md names what is there, and is found from the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w.]+/[\w./]*)`", GUIDE)) - {".venv/bin"})
LINKED = sorted(set(re.findall(r"\]\(([^)]+)\)", GUIDE)))
TRIED = sorted(set(re.findall(r"(?<= )tests/[\w/.]+", "".join(re.findall(r"(?ms)^```sh\n(.*?)^```$", GUIDE)))))


@pytest.mark.parametrize("path", [*NAMED, *LINKED, *TRIED])
def test_every_file_and_folder_that_the_guide_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_guide_has_paths_to_look_for() -> None:
    assert len(NAMED) > 12
    assert len(TRIED) > 8


def test_the_readme_leads_to_the_guide() -> None:
    assert "](CONTRIBUTING.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
