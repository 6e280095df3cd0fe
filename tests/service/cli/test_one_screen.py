"""What a person sees: one screen, at any width no broken name, more on request, nothing if quiet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import ROOT, Cli, one_buffer, small, written
from warpack.service.cli import app
from warpack.service.render.brief import LINES

EXAMPLES = sorted((ROOT / "examples").glob("[0-9]*.json"))


def at(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_answer_is_one_screen(warpack: Cli, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at(100, monkeypatch)
    ran = warpack("solve", path)
    assert ran.code == 0
    assert len(ran.out.splitlines()) <= LINES + 6  # a low bound for pictures of both regions


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_name_is_broken_at_any_width(warpack: Cli, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    at(width, monkeypatch)
    ran = warpack("solve", EXAMPLES[-1], "--verbose")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= width
    names = {buffer["name"] for buffer in json.loads(EXAMPLES[-1].read_text())["buffers"] if buffer["size"] > 1}
    assert [name for name in names if not any(name in line for line in lines)] == []


def test_verbose_has_all_buffers_and_figures_and_the_default_says_so(
    warpack: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(100, monkeypatch)
    brief, verbose = warpack("solve", EXAMPLES[-1]), warpack("solve", EXAMPLES[-1], "-v")
    assert "smaller ones, # in the picture" in brief.out
    assert "--verbose lists all" in brief.out
    for word in ("compared by", "against declared aliases only", "level reached", "conflicting pairs"):
        assert word in verbose.out
        assert word not in brief.out
    for word in ("proven the most", "next larger block", "peak", "static passed", "the kernel keeps them"):
        assert word in brief.out


def test_the_table_has_what_holds_the_peak(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    at(100, monkeypatch)
    table = warpack("solve", EXAMPLES[-1]).out.partition("one run's window")[0]
    assert "lu_factor" in table
    assert "accumulator" in table
    assert "predictor_transform" not in table  # the second largest of all, and never used


@pytest.mark.parametrize("option", ["--quiet", "-q"])
def test_quiet_leaves_the_exit_code_and_the_errors(warpack: Cli, tmp_path: Path, option: str) -> None:
    ran = warpack("solve", written(tmp_path, small()), option, "--svg", tmp_path / "a.svg", "--emit", tmp_path / "out")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (tmp_path / "out" / "layout.json").is_file()
    bad = warpack("solve", written(tmp_path, small(buffers=[{"name": "x", "size": -1}])), option)
    assert (bad.code, bad.out, "/buffers/0/size" in bad.err) == (2, "", True)
    assert warpack("solve", written(tmp_path, one_buffer(20_000)), option).code == 3
    assert warpack("solve", written(tmp_path, small())).out  # quiet holds for one command


def test_other_commands_can_be_quiet_too(warpack: Cli, tmp_path: Path) -> None:
    manifest, other = written(tmp_path, small()), written(tmp_path, small(name="x", objective="shared_bytes"), "b.json")
    layout = written(tmp_path, warpack("solve", manifest, "--json").json, "layout.json")
    for arguments, code in (
        (("check", manifest), 0),
        (("verify", manifest, layout), 0),
        (("diff", manifest, other), 1),
        (("draw", manifest, "-o", tmp_path / "a.svg"), 0),
    ):
        ran = warpack(*arguments, "--quiet")
        assert (ran.code, ran.out, ran.err) == (code, "", "")


def test_json_is_not_affected_by_quiet(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("solve", written(tmp_path, small()), "--json", "--quiet").json["status"] == "optimal"


def test_parts_pools_both_regions_and_failures_have_a_screen(warpack: Cli, tmp_path: Path) -> None:
    pool = small(objective="pool_bytes")
    for key in ("target", "launch"):
        pool.pop(key, None)
    assert "pool bytes" in warpack("solve", written(tmp_path, pool)).out
    none = warpack("solve", written(tmp_path, small(buffers=[])))
    assert (none.code, "threads per block" in none.out) == (0, True)
    many: list[dict[str, Any]] = [{"name": f"b{n}", "size": 1 + n % 3, "dtype": "int8"} for n in range(150)]
    shown = warpack("solve", written(tmp_path, small(buffers=many))).out
    assert len(shown.splitlines()) <= LINES + 4
    assert "#" in shown


def plain_words(text: str) -> list[str]:
    return text.replace("/", "/ ").split()


@pytest.mark.parametrize("command", ["", *app._COMMANDS])
def test_help_is_whole_words_at_any_width_and_ends_with_examples(
    warpack: Cli, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (command, "--help") if command else ("--help",)
    at(400, monkeypatch)
    whole = warpack(*asked)
    assert whole.code == 0
    assert "\nExamples:\n  warpack " in whole.out
    words = sorted(plain_words(whole.out))
    for width in (60, 80):
        at(width, monkeypatch)
        narrow = warpack(*asked).out
        assert sorted(plain_words(narrow)) == words
        longest = max(map(len, plain_words(whole.out)))
        prose = narrow.partition("Examples:")[0].splitlines()
        assert max(map(len, prose)) <= max(width, longest + 4)
