"""`warpack check` and `warpack verify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import Cli, small, written


def test_check_says_what_no_layout_can_beat(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("check", written(tmp_path, small()))
    assert ran.code == 0
    assert "3 buffers, 3 of them in shared memory" in ran.out
    assert "no layout has fewer than 24" in ran.out
    assert ran.err == ""


def test_check_as_json_has_warnings_and_bounds(warpack: Cli, tmp_path: Path) -> None:
    document = small(timeline={"phases": ["load", "work", "store"], "loops": [[1, 3]]})
    document["buffers"][1]["lifetime"] = [["load", "work"]]
    ran = warpack("check", written(tmp_path, document), "--json")
    assert ran.code == 0
    assert ran.json["valid"] is True
    assert [warning["type"] for warning in ran.json["warnings"]] == ["carried"]
    assert ran.json["lower_bound"]["run"]["size_bytes"] == 40


def test_check_says_warnings_on_standard_error(warpack: Cli, tmp_path: Path) -> None:
    document = small(timeline={"phases": ["load", "work", "store"], "loops": [[1, 3]]})
    document["buffers"][1]["lifetime"] = [["load", "work"]]
    ran = warpack("check", written(tmp_path, document))
    assert ran.code == 0
    assert ran.err.startswith("warning: ")


@pytest.fixture
def solved(warpack: Cli, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    manifest = written(tmp_path, small())
    return manifest, warpack("solve", manifest, "--json").json


def test_verify_accepts_what_solve_gave(warpack: Cli, tmp_path: Path, solved: tuple[Path, dict[str, Any]]) -> None:
    manifest, layout = solved
    ran = warpack("verify", manifest, written(tmp_path, layout, "layout.json"))
    assert (ran.code, ran.err) == (0, "")
    assert "passed" in ran.out
    report = warpack("verify", manifest, tmp_path / "layout.json", "--json")
    assert (report.code, report.json["passed"]) == (0, True)


def test_verify_names_the_buffers_of_a_broken_layout_and_fails(
    warpack: Cli, tmp_path: Path, solved: tuple[Path, dict[str, Any]]
) -> None:
    manifest, layout = solved
    for buffer in layout["buffers"]:
        buffer["offset_bytes"] = 0
    ran = warpack("verify", manifest, written(tmp_path, layout, "layout.json"))
    assert ran.code == 1
    assert "steady" in ran.out
    assert "FAILED" in ran.out
    assert "breaks" in ran.err
    report = warpack("verify", manifest, tmp_path / "layout.json", "--json")
    assert (report.code, report.json["passed"]) == (1, False)


def test_verify_reports_both_documents_where_both_are_bad(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("verify", written(tmp_path, b"[]"), written(tmp_path, b"{", "layout.json"))
    assert ran.code == 2
    assert ran.err.count("warpack: ") == 2
    assert "manifest.json" in ran.err
    assert "layout.json" in ran.err
    assert "Traceback" not in ran.err


def test_verify_says_where_the_two_are_swapped(
    warpack: Cli, tmp_path: Path, solved: tuple[Path, dict[str, Any]]
) -> None:
    manifest, document = solved
    layout = written(tmp_path, document, "layout.json")
    ran = warpack("verify", layout, manifest)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        f"warpack: the two are swapped: {layout} is a layout, and {manifest} a manifest. The manifest comes first"
    ]
    ran = warpack("verify", layout, layout)
    assert (ran.code, len(ran.err.splitlines())) == (2, 2)
    assert "This is a layout (warpack/layout/1), and a manifest is wanted." in ran.err


def test_verify_of_a_layout_that_is_not_there_is_bad_input(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("verify", written(tmp_path, small()), tmp_path / "none.json")
    assert ran.code == 2
    assert "[unreadable-file]" in ran.err


def test_a_layout_that_is_json_and_no_layout_names_its_faults(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("verify", written(tmp_path, small()), written(tmp_path, json.dumps({}).encode(), "layout.json"))
    assert ran.code == 2
    assert ran.err.count("error: ") > 1


def test_check_says_when_no_layout_can_fit_and_what_is_in_the_way(warpack: Cli, tmp_path: Path) -> None:
    document = small(target={"compute_capability": "8.6", "shared_budget_bytes": 20})
    ran = warpack("check", written(tmp_path, document))
    assert ran.code == 0
    assert ran.out.startswith("valid, but no layout can fit")
    assert "the budget is 20" in ran.err
    assert '"opt-in", which is 101376 for compute capability 8.6, may be enough' in " ".join(ran.err.split())
    as_json = warpack("check", written(tmp_path, document), "--json").json
    assert (as_json["valid"], as_json["fits"]) == (True, False)
    assert [warning["type"] for warning in as_json["warnings"]] == ["exceeds-budget"]
    assert warpack("check", written(tmp_path, small()), "--json").json["fits"] is True
