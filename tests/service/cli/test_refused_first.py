"""What a command could not write, or could not take, is said before it works; help shows what a reader can use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import ROOT, Cli, small, written
from warpack.service.cli import app
from warpack.service.cli.exits import CommandFailed
from warpack.service.cli.outputs import need_file, need_folder

ALL = [*([name] for name in app._COMMANDS), ["bench"], ["admin", "keys", "make"], ["import", "header"]]


@pytest.fixture(autouse=True)
def _nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    for worker in ("warpack.solver.optimize", "warpack.gpu_runtime.trace.script.record_script"):
        monkeypatch.setattr(worker, None)
    monkeypatch.setattr("warpack.gpu_runtime.imports.header.import_header", None)


@pytest.mark.parametrize(
    "command",
    [
        ("solve", "{manifest}", "--emit", "{file}"),
        ("solve", "{manifest}", "--emit", "{folder}/" + "a" * 300),
        ("solve", "{manifest}", "--emit", "{taken}"),
        ("solve", "{manifest}", "--svg", "{folder}"),
        ("build", "{manifest}", "-o", "{file}"),
        ("draw", "{manifest}", "-o", "{folder}/none/picture.svg"),
        ("trace", "{script}", "-o", "{file}/below"),
        ("import", "header", "{file}", "-o", "{folder}"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_runs(
    warpack: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    manifest, script = written(tmp_path, small()), written(tmp_path, b"", "script.py")
    named = {"manifest": manifest, "script": script, "file": manifest, "folder": tmp_path, "taken": tmp_path / "taken"}
    (tmp_path / "taken" / "layout.json").mkdir(parents=True)
    ran = warpack(*(word.format(**named) for word in command))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("warpack: cannot write ")
    assert len(ran.err.splitlines()) == 1


def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_folder(tmp_path / "new" / "below")
    need_file(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os, "access", lambda *_: False)
    for need in (need_folder, need_file):
        with pytest.raises(CommandFailed, match=f"{tmp_path} may not be written"):
            need(tmp_path / "new")


@pytest.mark.parametrize("command", [("trace", "{}"), ("import", "header", "{}")])
def test_an_architecture_that_is_none_is_said_before_anything_runs(
    warpack: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    source = written(tmp_path, b"", "source.py")
    ran = warpack(*(word.format(source) for word in command), "--arch", "3.0")
    assert ran.code == 2
    assert ran.err.startswith("warpack: --arch: there is no architecture '3.0' in the table. Known: 7.0, ")


def test_a_script_that_cannot_be_read_is_said(warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = written(tmp_path, b"", "script.py")

    def refused(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    ran = warpack("trace", script)
    assert (ran.code, ran.err) == (2, f"warpack: cannot read {script}: Permission denied\n")


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_help_shows_no_option_and_no_default_that_says_nothing(warpack: Cli, command: list[str]) -> None:
    shown = warpack(*command, "--help").out
    assert "--empty-" not in shown
    assert [nothing for nothing in ("[()]", "[False]", '[""]', "[[]]", "[None]") if nothing in shown] == []


def test_what_stands_after_two_dashes_is_no_option(warpack: Cli) -> None:
    example = ROOT / "examples" / "01-two-buffers.json"
    ran = warpack("solve", "--", example, "-q")
    assert ran.code == 2
    assert "There is one argument too many: -q. After -- nothing is an option." in ran.err
    assert "Did you mean --quiet?" in warpack("solve", example, "--quite").err
