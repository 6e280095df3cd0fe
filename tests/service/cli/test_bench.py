"""`warpack bench`: a row a manifest, each layout verified."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.cli import bench as bench_module
from tests.service.cli.commands import Cli, one_buffer, small, written


def test_every_manifest_of_the_folder_has_a_row(warpack: Cli, tmp_path: Path) -> None:
    written(tmp_path, small(), "a.json")
    written(tmp_path, one_buffer(20_000), "b.json")
    ran = warpack("bench", tmp_path)
    assert ran.code == 0
    assert "2 manifests: 1 optimal" in ran.out
    rows = warpack("bench", tmp_path, "--json").json
    assert [(row["manifest"], row["run_bytes"], row["status"]) for row in rows] == [
        ("a", 24, "optimal"),
        ("b", None, "infeasible"),
    ]
    assert (rows[0]["no_sharing_bytes"], rows[0]["lower_bound_bytes"]) == (40, 24)


def test_a_layout_that_the_verifier_refuses_fails(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, small(), "a.json")
    measure = bench_module.measure
    monkeypatch.setattr(bench_module, "measure", lambda path: replace(measure(path), verified=False))
    ran = warpack("bench", tmp_path)
    assert ran.code == 1
    assert "refuses the layouts of a" in ran.err


def test_a_bad_manifest_is_named_and_an_empty_folder_said(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("bench", tmp_path).code == 2
    written(tmp_path, b"{}", "broken.json")
    ran = warpack("bench", tmp_path)
    assert ran.code == 2
    assert "broken.json: " in ran.err
