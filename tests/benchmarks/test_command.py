"""`warpack bench`: every solver on the same instances, each result checked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import running, suite
from benchmarks.instances.tilings import guillotine
from tests.service.cli.commands import ROOT, Cli, environment, one_buffer, small, written

TRACE = "id,lower,upper,size\n0,0,2,64\n1,1,3,32\n"


def test_every_manifest_of_the_folder_has_a_row(warpack: Cli, tmp_path: Path) -> None:
    written(tmp_path, small(), "a.json")
    written(tmp_path, one_buffer(20_000), "b.json")
    ran = warpack("bench", tmp_path)
    assert ran.code == 0
    assert "2 of 2" in ran.out
    rows = warpack("bench", tmp_path, "--json").json
    assert [(row["instance"], row["family"], row["bound_bytes"]) for row in rows] == [
        ("a", "manifests", 24),
        ("b", "manifests", 80_000),
    ]
    ours, *others = rows[0]["attempts"]
    assert (ours["solver"], ours["run_bytes"], ours["proven"]) == ("Warpack", 24, True)
    assert {"plain CP-SAT": 24, "CuBIE's rule": 40}.items() <= {
        one["solver"]: one["run_bytes"] for one in others
    }.items()
    assert rows[1]["attempts"][0]["threads_per_block"] == 0  # 80,000 bytes fit no block of 48 KB


def test_a_folder_of_traces_is_solved(warpack: Cli, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TRACE, encoding="utf-8")
    (row,) = warpack("bench", "--traces", tmp_path, "--json").json
    assert (row["instance"], row["family"], row["bound_bytes"]) == ("t", "traces", 3)


def test_without_a_folder_the_suite_is_solved(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def tiny(seeds: int) -> list[object]:
        asked.append(seeds)
        return [guillotine(6, 0).instance("guillotine", 0)]

    monkeypatch.setattr(suite, "built_in", tiny)
    ran = warpack("bench", "--seeds", "2", "--limit", "1")
    assert ran.code == 0
    assert asked == [2]
    assert "guillotine 6, seed 0" in ran.out


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is in the extra `bench`")
def test_the_page_says_how_to_make_it_again_and_names_no_folder(warpack: Cli, tmp_path: Path) -> None:
    written(tmp_path, small(), "a.json")
    assert warpack("bench", tmp_path, "--limit", "1", "--write", tmp_path / "pages").code == 0
    page = (tmp_path / "pages" / "benchmarks.md").read_text(encoding="utf-8")
    assert "`warpack bench FOLDER --limit 1 --seeds 1 --write pages`" in page
    assert str(tmp_path) not in page
    for plot in ("benchmarks-time.svg", "benchmarks-threads.svg"):
        assert f"]({plot})" in page
        assert "<svg" in (tmp_path / "pages" / plot).read_text(encoding="utf-8")


def test_writing_without_matplotlib_says_what_to_install(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, small(), "a.json")
    monkeypatch.setattr("benchmarks.command.find_spec", lambda _name: None)
    ran = warpack("bench", tmp_path, "--write", tmp_path / "pages")
    assert ran.code == 1
    assert ".[bench]" in ran.err
    assert not (tmp_path / "pages").exists()


def test_a_layout_that_the_verifier_refuses_fails(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, small(), "a.json")
    solve = running.plain_cpsat.solve
    monkeypatch.setattr(running.plain_cpsat, "solve", lambda asked: replace(solve(asked), fault="late is misplaced"))
    ran = warpack("bench", tmp_path)
    assert ran.code == 1
    assert "plain CP-SAT on a: late is misplaced" in ran.err
    assert "refused" in ran.out


def test_what_each_strategy_earned_is_told_and_one_may_be_left_out(warpack: Cli, tmp_path: Path) -> None:
    written(tmp_path, small(), "a.json")
    (row,) = warpack("bench", tmp_path, "--json").json
    assert "first fit" in {one["strategy"] for one in row["strategies"]}
    ran = warpack("bench", tmp_path, "--without", "pairs", "--without", "skyline")
    assert ran.code == 0
    assert "max live" in ran.out


def test_a_strategy_that_is_not_known_is_refused_with_those_that_are(warpack: Cli, tmp_path: Path) -> None:
    written(tmp_path, small(), "a.json")
    ran = warpack("bench", tmp_path, "--without", "magic")
    assert (ran.code, ran.out) == (2, "")
    assert "'magic'" in ran.err
    assert "both ends" in ran.err.replace("\n", " ")


def test_bad_input_is_named(warpack: Cli, tmp_path: Path) -> None:
    assert "no manifests" in warpack("bench", tmp_path).err
    written(tmp_path, b"{}", "broken.json")
    ran = warpack("bench", tmp_path)
    assert ran.code == 2
    assert "broken.json: " in ran.err
    (tmp_path / "t.csv").write_text("id,lower\n", encoding="utf-8")
    ran = warpack("bench", "--traces", tmp_path)
    assert ran.code == 2
    assert "t.csv needs the columns" in ran.err
    assert warpack("bench", "--limit", "0").code == 2


def test_the_suite_is_a_program_of_its_own() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--limit", "0"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "warpack: --limit has to be above 0 and --seeds at least 1\n"


def test_an_installed_warpack_has_no_such_command_whatever_lies_beside_it(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "bench" in warpack("--help").out
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "command.py").write_text("raise SystemExit('somebody else's benchmarks')\n")
    monkeypatch.setattr("warpack.service.cli.app.import_root", lambda: tmp_path)
    assert "bench" not in warpack("--help").out
    assert warpack("bench").code == 2
