"""The benchmark's table, run on a folder made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.solve_folder import main
from tests.helpers.manifests import random_manifest


def ring(name: str) -> dict[str, object]:
    """Five buffers in a ring of `apart` pairs: its optimum is above every bound, so that a search has to prove it."""
    buffers = [
        {"name": f"b{i}", "size": 4, "dtype": "float32", "location": "shared", "lifetime": [[i, i + 1]]}
        for i in range(5)
    ]
    return {
        "schema": "warpack/manifest/1",
        "name": name,
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": 5},
        "buffers": buffers,
        "apart": [[f"b{i}", f"b{(i + 1) % 5}"] for i in range(5)],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed in range(4):
        (tmp_path / f"random{seed}.json").write_text(json.dumps(random_manifest(seed)), encoding="utf-8")
    (tmp_path / "ring.json").write_text(json.dumps(ring("ring")), encoding="utf-8")
    return tmp_path


def test_a_folder_is_solved_verified_and_confirmed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "reference.csv").write_text("manifest,packed_run_bytes\nring.json,48\n", encoding="utf-8")
    assert main([str(folder), "--confirm"]) == 0
    said = capsys.readouterr().out
    assert "5 sets: 5 optimal" in said
    assert "verified: 5" in said
    assert "0 less, 1 equal, 0 more" in said
    assert "contradicted for 0" in said


def test_a_layout_above_the_reference_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "reference.csv").write_text("manifest,packed_run_bytes\nring.json,44\n", encoding="utf-8")
    assert main([str(folder)]) == 1
    assert "ABOVE REFERENCE" in capsys.readouterr().out


def test_a_folder_without_manifests_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(tmp_path)])
    assert caught.value.code == 2
    assert "holds no .json files" in capsys.readouterr().err
