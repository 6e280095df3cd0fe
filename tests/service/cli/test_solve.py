"""`warpack solve`: what it prints, writes and returns."""

from __future__ import annotations

import ast
import io
import json
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from tests.helpers.processes import PATIENCE_S, eventually
from tests.service.cli.commands import ROOT, Cli, endless, one_buffer, run, small, start, written
from warpack.gpu_runtime.emitters import FILES
from warpack.service.cli import solve as solve_module
from warpack.solver import load_manifest, read_layout, verify

pytestmark = pytest.mark.slow


def test_json_is_the_layout_alone_and_the_verifier_accepts_it(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, small())
    ran = warpack("solve", manifest, "--json")
    assert ran.code == 0
    layout = read_layout(ran.json)
    assert ran.json["status"] == "optimal"
    assert ran.json["launch"]["run_bytes"] == 24
    assert verify(load_manifest(manifest), layout).passed
    assert ran.json["validation"]["level"] == "static"


def test_a_manifest_may_come_from_standard_input(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(small()).encode())))
    ran = warpack("solve", "-", "--json")
    assert (ran.code, ran.json["name"]) == (0, "small")


def test_the_table_names_buffers_places_savings_and_the_level(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--verbose")
    assert ran.code == 0
    for expected in ("steady", "early", "late", "float32[4]", "optimal", "proven the fewest", "level reached"):
        assert expected in ran.out
    assert "40 -> 24 run bytes, 16 bytes a run saved (40.0%)" in ran.out
    assert "against declared aliases only" in ran.out


def test_explain_says_who_found_and_who_proved_what(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, small())
    shown = warpack("solve", manifest, "--explain").out
    assert [word for word in ("strategy", "max live", "first fit") if word not in shown] == []
    assert "max live" not in warpack("solve", manifest).out
    accounts = warpack("solve", manifest, "--json").json["run_info"]["search"]
    assert {one["strategy"] for one in accounts} >= {"max live", "first fit"}
    assert sum(one["proofs"] for one in accounts) > 0


def test_explain_goes_with_the_table_alone(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--explain", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "run_info.search" in ran.err


def test_an_infeasible_manifest_ends_with_code_3_and_the_least_budget(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, one_buffer(20_000))
    ran = warpack("solve", manifest, "--emit", tmp_path / "out")
    assert ran.code == 3
    assert "infeasible" in ran.out
    assert "the least that would do: 80004 bytes" in ran.out
    assert not (tmp_path / "out").exists()
    as_json = warpack("solve", manifest, "--json")
    assert (as_json.code, as_json.json["status"], as_json.json["minimum_budget_bytes"]) == (3, "infeasible", 80_004)


def test_emit_writes_allocators_layout_and_manifest(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--emit", tmp_path / "new" / "out", "--json")
    assert ran.code == 0
    folder = tmp_path / "new" / "out"
    assert {path.name for path in folder.iterdir()} == {*FILES, "layout.json", "manifest.json"}
    defined = {
        node.name
        for node in ast.walk(ast.parse((folder / "allocators.py").read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert {"steady", "early", "late", "thread_memory", "init"} <= defined
    manifest = load_manifest(folder / "manifest.json")
    assert verify(manifest, read_layout(folder / "layout.json")).passed
    assert json.loads((folder / "layout.json").read_text()) == ran.json


def test_the_files_that_help_names_are_those_of_the_emitters() -> None:
    assert tuple(FILES) == solve_module.FILES


def test_svg_writes_a_picture_that_is_well_formed(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--svg", tmp_path / "layout.svg")
    assert ran.code == 0
    root = ElementTree.parse(tmp_path / "layout.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_place_that_cannot_be_written_is_said_without_a_traceback(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, small())
    ran = warpack("solve", manifest, "--svg", tmp_path / "no" / "such.svg")
    assert ran.code == 1
    assert f"there is no folder {tmp_path / 'no'}" in ran.err
    assert "Traceback" not in ran.err
    assert warpack("solve", manifest, "--emit", manifest).code == 1


@pytest.mark.usefixtures("kernels_are_compiled")
def test_a_level_that_cannot_run_fails_and_says_why(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, one_buffer(0)), "--validate", "hardware", "--json")
    assert ran.code == 1
    assert ran.json["validation"]["required"] == "hardware"
    assert ran.json["validation"]["level"] != "hardware"
    assert "level hardware" in ran.err or "level compiled" in ran.err


def test_the_time_limit_of_the_command_line_wins(warpack: Cli, tmp_path: Path) -> None:
    started = time.monotonic()
    ran = warpack("solve", written(tmp_path, endless(3000.0)), "--time-limit", "0.5", "--json")
    assert (ran.code, ran.json["status"]) == (0, "feasible")
    assert time.monotonic() - started < PATIENCE_S


def test_piped_output_and_no_color_have_no_escape_codes() -> None:
    manifest = ROOT / "examples" / "01-two-buffers.json"
    assert b"\x1b" not in run("solve", manifest).stdout
    assert b"\x1b" not in run("solve", manifest, NO_COLOR="1", FORCE_COLOR="").stdout
    assert b"\x1b" in run("solve", manifest, FORCE_COLOR="1").stdout


@pytest.mark.parametrize("columns", ["40", "60", "200"])
def test_no_line_is_wider_than_the_terminal(columns: str) -> None:
    ran = run("solve", ROOT / "examples" / "07-kvaerno5.json", COLUMNS=columns)
    assert ran.returncode == 0
    assert max(len(line) for line in ran.stdout.decode().splitlines()) <= int(columns)


def test_output_in_a_plain_ascii_locale_is_no_error() -> None:
    ran = run("solve", ROOT / "examples" / "07-kvaerno5.json", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert ran.returncode == 0, ran.stderr
    ran.stdout.decode("ascii")


def test_json_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    manifest = written(tmp_path, small(name="Größe ✓"))
    ran = run("solve", manifest, "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert json.loads(ran.stdout.decode("utf-8"))["name"] == "Größe ✓"
    assert run("solve", manifest, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C").returncode == 0


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    process = start("solve", ROOT / "examples" / "07-kvaerno5.json", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE_S) == 141
    assert b"Traceback" not in said
    assert b"Exception" not in said


def test_ctrl_c_ends_the_search_with_the_best_layout_so_far(tmp_path: Path) -> None:
    manifest = written(tmp_path, endless(3000.0))
    process = start("solve", manifest, "--json", "--time-limit", "3000")
    eventually(lambda: "ortools" in Path(f"/proc/{process.pid}/maps").read_text(), "the search is under way")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert b"Interrupted: the best layout so far" in err
    layout = read_layout(json.loads(out))
    assert layout.status == "feasible"
    assert verify(load_manifest(manifest), layout).passed


def test_ctrl_c_while_a_manifest_is_awaited_ends_with_code_130() -> None:
    process = start("solve", "-", stdin=subprocess.PIPE)
    reading = {"x86_64": "0 0x0 ", "aarch64": "63 0x0 "}[platform.machine()]  # the system call, and standard input
    eventually(lambda: Path(f"/proc/{process.pid}/syscall").read_text().startswith(reading), "it reads the manifest")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    out, err = process.communicate()
    assert (out, err) == (b"", b"warpack: interrupted\n")
