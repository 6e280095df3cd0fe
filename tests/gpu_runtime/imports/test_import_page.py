"""What docs/import.md shows is so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.helpers.solving import solved
from warpack.gpu_runtime.imports.csv_rows import read_rows
from warpack.gpu_runtime.imports.header import import_header
from warpack.solver import load_manifest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
MANIFEST_PAGE = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not any(map(shutil.which, ("g++", "clang++"))), reason="no C++ compiler is installed here")
def test_the_struct_of_the_page_is_taken_as_the_page_says(tmp_path: Path) -> None:
    header = tmp_path / "storage.cuh"
    header.write_text(re.findall(r"```cpp\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    imported = import_header(header)
    assert [(one.get("component", ""), one["name"]) for one in imported.manifest["buffers"]] == [
        ("load", "q"),
        ("load", "k"),
        ("", "scores"),
        ("", "totals"),
    ]
    assert imported.manifest["timeline"]["phases"] == ["load", "scores"]
    assert solved(load_manifest(imported.manifest)).baselines["by_hand"].broken == ()


def test_the_columns_and_gaps_of_the_page_are_read() -> None:
    for line in PAGE.splitlines():
        if line.startswith("| `gaps`"):
            gaps = re.findall(r"`([^`]*)`", line)[1:]
            for text in gaps:
                assert read_rows(f"id,lower,upper,size,gaps\na,0,20,512,{text}\n").rows[0].gaps
            return
    raise AssertionError("the page has no row for gaps")


def test_the_pool_of_the_manifests_page_is_read_and_solved() -> None:
    (text,) = re.findall(r"## Pools.*?```json\n(.*?)```", MANIFEST_PAGE, re.DOTALL)
    pool = solved(load_manifest(text.encode())).pool
    assert pool is not None
    assert pool.base_alignment_bytes == 4096
