"""Every bad manifest: exit code 2, its own problem on standard error, nothing on standard output, no traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bad_manifests import BAD_MANIFESTS, BadManifest
from tests.service.cli.commands import Cli, run, written


@pytest.mark.parametrize("bad", BAD_MANIFESTS, ids=lambda bad: bad.name)
def test_a_bad_manifest_is_refused_with_its_problem_and_place(warpack: Cli, tmp_path: Path, bad: BadManifest) -> None:
    ran = warpack("solve", written(tmp_path, bad.body))
    assert ran.code == 2
    assert ran.out == ""
    lines = ran.err.splitlines()
    at = re.escape(f"{bad.pointer}: ") if bad.pointer else ""
    said = re.compile(rf"error: \S+manifest\.json(:\d+:\d+)?: {at}.*\[{re.escape(bad.type)}\]")
    assert any(said.fullmatch(line) for line in lines)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("bad", BAD_MANIFESTS[::10], ids=lambda bad: bad.name)
def test_check_finds_the_same_and_can_say_it_as_json(warpack: Cli, tmp_path: Path, bad: BadManifest) -> None:
    ran = warpack("check", written(tmp_path, bad.body), "--json")
    assert ran.code == 2
    assert ran.json["valid"] is False
    assert (bad.type, bad.pointer) in {(error["type"], error["pointer"]) for error in ran.json["errors"]}


def test_all_errors_are_said_at_once(warpack: Cli, tmp_path: Path) -> None:
    document = {"schema": "warpack/manifest/1", "target": {"compute_capability": "1.0"}, "buffers": [{"name": "a b"}]}
    ran = warpack("check", written(tmp_path, document))
    assert ran.code == 2
    assert len(ran.err.splitlines()) >= 4


def test_a_name_with_control_characters_does_not_steer_the_terminal(warpack: Cli, tmp_path: Path) -> None:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "buffers": [{"name": "a\u001b[31m\nb", "size": 1, "dtype": "int8"}],
    }
    ran = warpack("solve", written(tmp_path, document))
    assert ran.code == 2
    assert "\x1b" not in ran.err


def test_a_file_that_is_not_there_is_a_bad_manifest(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", tmp_path / "nothing.json")
    assert ran.code == 2
    assert "[unreadable-file]" in ran.err


def test_what_is_wrong_with_a_whole_file_names_it_and_no_pointer(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("check", written(tmp_path, b"\x00\xb3"))
    assert ran.err == f"error: {tmp_path / 'manifest.json'}: The text is not UTF-8: byte 1 (0xb3). [not-utf8]\n"
    ran = warpack("check", tmp_path / "manifest.json", "--json")
    assert [error["pointer"] for error in ran.json["errors"]] == [""]


@pytest.mark.parametrize("command", ["check", "solve", "draw"])
def test_an_empty_name_is_no_folder(warpack: Cli, command: str) -> None:
    ran = warpack(command, "")
    assert (ran.code, ran.err) == (2, "error: The name of the file is empty. [unreadable-file]\n")


def test_a_real_process_ends_with_code_2_and_no_traceback() -> None:
    ran = run("solve", "-", stdin=b"{")
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert b"[not-json]" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [("solve",), ("solve", "--jsno", "x.json"), ("solve", "x.json", "y.json"), ("pack",), ("verify", "-", "-")],
)
def test_a_command_line_that_is_none_ends_with_code_2(warpack: Cli, arguments: tuple[str, ...]) -> None:
    ran = warpack(*arguments)
    assert ran.code == 2
    assert ran.err or ran.out


@pytest.mark.parametrize("seconds", ["0", "-1", "3601", "nan", "soon"])
def test_a_time_limit_that_is_none_ends_with_code_2(warpack: Cli, tmp_path: Path, seconds: str) -> None:
    ran = warpack("solve", written(tmp_path, b"{}"), f"--time-limit={seconds}")
    assert ran.code == 2
