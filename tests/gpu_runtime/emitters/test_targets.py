"""What holds for every target: it is tested by standing in the table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from warpack.gpu_runtime.emitters import FILES, TARGETS, emit, emit_files

PAGE = Path(__file__).parents[3] / "docs" / "allocators.md"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_text_names_its_layout_and_its_manifest_and_is_the_same_each_time(target: str, sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    text = emit(layout, manifest, target)
    assert layout.sha256 in text
    assert manifest.sha256 in text
    assert text == emit(layout, manifest, target)
    assert text == emit_files(layout, manifest)[TARGETS[target].file]


def test_every_target_has_a_file_of_its_own() -> None:
    assert len(FILES) == len(TARGETS)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z]+", name) for name in FILES)


@pytest.mark.parametrize("target", TARGETS)
def test_the_page_of_allocators_says_what_each_target_is(target: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"| `out/{TARGETS[target].file}` | " in page, "a row of the table of files"
