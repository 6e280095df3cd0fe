"""What docs/writing.md shows means what it says. Its commands and programs are run with those of all pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warpack.solver import load_manifest
from warpack.solver.reading.texts.written import Written

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "writing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", [text for text in blocks("yaml") if "buffers:" in text])
def test_its_yaml_is_a_manifest(text: str) -> None:
    found = load_manifest(Written(text.encode(), "yaml", "writing.yaml"))
    assert {buffer.name: buffer.lifetime for buffer in found} == {"samples": ((0, 2),), "ranking": ((2, 4),)}


def test_the_error_that_it_shows_is_the_one_that_is_said() -> None:
    (text,) = blocks("yaml")
    (shown,) = re.findall(r"^error: (kernel\.yaml.*)$", PAGE, re.MULTILINE)
    bad = text.replace("name: ranking, size: 64,", "name: ranking, size: 64x,")
    with pytest.raises(ValueError, match=re.escape(shown)):
        load_manifest(Written(bad.encode(), "yaml", "kernel.yaml"))


def test_it_names_every_call_of_the_builder() -> None:
    from warpack.solver.builder import Kernel

    calls = {name for name in dir(Kernel) if not name.startswith("_")}
    assert {name for name in calls if f"{name}(" not in PAGE} == set()
