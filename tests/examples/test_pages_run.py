"""The programs on the pages about the runtime run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.python_programs import output_of

ROOT = Path(__file__).resolve().parents[2]


def programs(page: str) -> str:
    """All Python blocks of a page, in order: they build on one another."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", page_text(page), re.DOTALL | re.MULTILINE))


def page_text(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "simulator"), [("registry.md", False), ("checked.md", True)])
def test_the_programs_of_a_page_run_and_print_what_the_page_says(page: str, simulator: bool, tmp_path: Path) -> None:
    program = programs(page)
    assert program
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    printed = output_of(tmp_path / "program.py", simulator=simulator, paths=(ROOT,), cwd=tmp_path)
    shown = re.findall(r"^```text\n(.*?)^```$", page_text(page), re.DOTALL | re.MULTILINE)
    assert printed == "".join(shown)
