"""Reports of earlier validations: when they are used again, and that nothing else ever is."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import Cli, small, written
from warpack.gpu_runtime import validation
from warpack.service.cli import kept_reports
from warpack.service.cli.kept_reports import KeptReports
from warpack.solver import Layout, Manifest, load_manifest, optimize
from warpack.solver.wire.manifest import Level
from warpack.solver.wire.report import Finding, ValidationReport


@pytest.fixture(scope="module")
def solved() -> tuple[Manifest, Layout]:
    manifest = load_manifest(small())
    return manifest, optimize(manifest)


def report(level: Level = "simulated", *, passed: bool = True, ran: bool = True) -> dict[str, Any]:
    findings = () if passed else (Finding("image", "a byte differs"),)
    return ValidationReport(level, passed, findings, {"ran": ran, "conflict_edges": 3}, 1.5).to_json()


def test_a_report_comes_back_and_says_from_when_it_is(tmp_path: Path, solved: tuple[Manifest, Layout]) -> None:
    KeptReports(tmp_path, *solved).put("simulated", report())
    found = KeptReports(tmp_path, *solved).get("simulated")
    assert found is not None
    reused = found["detail"].pop("reused")
    assert found == report()
    assert reused["at"].endswith(" UTC")


def test_another_level_manifest_layout_or_set_of_architectures_has_none(
    tmp_path: Path, solved: tuple[Manifest, Layout]
) -> None:
    manifest, layout = solved
    KeptReports(tmp_path, manifest, layout).put("simulated", report())
    assert KeptReports(tmp_path, manifest, layout).get("compiled") is None
    assert KeptReports(tmp_path, manifest, layout, architectures="all").get("simulated") is None
    other = load_manifest(small(launch={"max_threads_per_block": 64}))
    assert KeptReports(tmp_path, other, layout).get("simulated") is None
    unproven = replace(layout, status="feasible")  # the same places, another claim
    assert KeptReports(tmp_path, manifest, unproven).get("simulated") is None


def test_the_time_of_the_search_and_an_earlier_validation_do_not_matter(
    tmp_path: Path, solved: tuple[Manifest, Layout]
) -> None:
    manifest, layout = solved
    KeptReports(tmp_path, manifest, layout).put("simulated", report())
    again = replace(layout, run_info=replace(layout.run_info, seconds=99.0))
    assert KeptReports(tmp_path, manifest, again).get("simulated") is not None


@pytest.mark.parametrize("what", ["numba-cuda", "python", "code"])
def test_no_report_crosses_versions(
    tmp_path: Path, solved: tuple[Manifest, Layout], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    KeptReports(tmp_path, *solved).put("simulated", report())
    versions = kept_reports._versions() | {what: "another"}
    monkeypatch.setattr(kept_reports, "_versions", lambda: versions)
    assert KeptReports(tmp_path, *solved).get("simulated") is None


@pytest.mark.parametrize(
    ("level", "passed", "ran"),
    [("simulated", False, True), ("compiled", False, False), ("static", True, True), ("hardware", True, True)],
)
def test_only_levels_that_ran_and_passed_and_that_may_be_reused_are_kept(
    tmp_path: Path, solved: tuple[Manifest, Layout], level: Level, passed: bool, ran: bool
) -> None:
    KeptReports(tmp_path, *solved).put(level, report(level, passed=passed, ran=ran))
    assert list(tmp_path.rglob("*.json")) == []


def test_a_report_that_says_it_did_not_run_is_not_kept_as_passed(
    tmp_path: Path, solved: tuple[Manifest, Layout]
) -> None:
    KeptReports(tmp_path, *solved).put("simulated", report(ran=False))
    assert KeptReports(tmp_path, *solved).get("simulated") is None


def one_file(folder: Path) -> Path:
    (found,) = folder.rglob("*.json")
    return found


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"conflict_edges": 3', '"conflict_edges": 4'),
        lambda text: "[]",
        lambda text: "",
        lambda text: "\x00",
    ],
)
def test_a_damaged_file_is_told_and_left_out(
    tmp_path: Path, solved: tuple[Manifest, Layout], capsys: pytest.CaptureFixture[str], harm: Any
) -> None:
    KeptReports(tmp_path, *solved).put("simulated", report())
    path = one_file(tmp_path)
    path.write_text(harm(path.read_text()))
    assert KeptReports(tmp_path, *solved).get("simulated") is None
    assert f"so level simulated runs: {path}" in capsys.readouterr().err


def test_a_report_of_another_layout_under_this_ones_name_is_left_out(
    tmp_path: Path, solved: tuple[Manifest, Layout], capsys: pytest.CaptureFixture[str]
) -> None:
    manifest, layout = solved
    KeptReports(tmp_path, manifest, layout).put("simulated", report())
    path = one_file(tmp_path)
    text = path.read_text()
    path.unlink()
    other = KeptReports(tmp_path, manifest, replace(layout, status="feasible"))
    other.put("simulated", report())
    one_file(tmp_path).write_text(text)
    assert other.get("simulated") is None
    assert "another layout" in capsys.readouterr().err


def test_a_file_of_another_user_is_told_and_left_out(
    tmp_path: Path,
    solved: tuple[Manifest, Layout],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    KeptReports(tmp_path, *solved).put("simulated", report())
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    assert KeptReports(tmp_path, *solved).get("simulated") is None
    assert "another user" in capsys.readouterr().err


def test_the_oldest_go_where_there_are_too_many(
    tmp_path: Path, solved: tuple[Manifest, Layout], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_reports, "_MOST_FILES", 2)
    layout = solved[1]
    for number in range(4):
        limited = load_manifest(small(launch={"max_threads_per_block": 32 * (number + 1)}))
        KeptReports(tmp_path, limited, layout).put("simulated", report())
        os.utime(max(tmp_path.rglob("*.json"), key=lambda path: path.stat().st_mtime_ns), ns=(number, number))
    left = [json.loads(path.read_text())["about"]["manifest_sha256"] for path in tmp_path.rglob("*.json")]
    assert len(left) == 2
    assert limited.sha256 in left


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path, solved: tuple[Manifest, Layout]) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptReports(tmp_path / "file", *solved)
    kept.put("simulated", report())
    assert kept.get("simulated") is None


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The levels above static that run. They pass at once, because the layout is not what is tried here."""
    ran: list[str] = []

    def level(name: Level) -> Any:
        def run(_subject: Any) -> ValidationReport:
            ran.append(name)
            return ValidationReport(name, True, (), {"ran": True}, 1.0)

        return run

    monkeypatch.setenv("WARPACK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setitem(validation._RUN, "compiled", level("compiled"))
    monkeypatch.setitem(validation._RUN, "simulated", level("simulated"))
    return ran


def test_solve_runs_a_level_once_for_a_layout_and_says_so(warpack: Cli, tmp_path: Path, runs: list[str]) -> None:
    manifest = written(tmp_path, small())
    first = warpack("solve", manifest, "--validate", "simulated")
    assert (first.code, runs) == (0, ["compiled", "simulated"])
    assert "did not run again" not in first.out
    again = warpack("solve", manifest, "--validate", "simulated")
    assert (again.code, len(runs)) == (0, 2)
    assert "with the same versions, and did not run again" in " ".join(again.out.split())
    document = warpack("solve", manifest, "--validate", "simulated", "--json").json["validation"]
    assert document["level"] == "simulated"
    assert [("reused" in one["detail"]) for one in document["reports"]] == [False, True, True]


def test_fresh_runs_every_level_again_and_replaces_what_was_kept(warpack: Cli, tmp_path: Path, runs: list[str]) -> None:
    manifest = written(tmp_path, small())
    for _ in range(2):
        assert warpack("solve", manifest, "--validate", "simulated", "--fresh", "--quiet").code == 0
    assert runs == ["compiled", "simulated"] * 2
    assert warpack("solve", manifest, "--validate", "simulated", "--quiet").code == 0
    assert len(runs) == 4


def test_a_level_that_fails_runs_each_time(
    warpack: Cli, tmp_path: Path, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_subject: Any) -> ValidationReport:
        runs.append("simulated")
        return ValidationReport("simulated", False, (Finding("image", "a byte differs"),), {"ran": True}, 1.0)

    monkeypatch.setitem(validation._RUN, "simulated", fails)
    manifest = written(tmp_path, small())
    for _ in range(2):
        ran = warpack("solve", manifest, "--validate", "simulated")
        assert (ran.code, "a byte differs" in ran.err, "FAILED" in ran.out) == (1, True, True)
    assert runs == ["compiled", "simulated", "simulated"]
