"""`warpack trace`, with a script of the user's own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import Cli, run
from warpack.gpu_runtime.trace import script as scripts
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.script import ScriptError
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import from_json

SCRIPT = """
import sys
import numpy as np
from numba import cuda, float32

COUNT = 32


@cuda.jit
def smoothed(given, result, steps):
    loaded = cuda.shared.array(COUNT, float32)
    rows = cuda.shared.array((COUNT, 2), float32)
    turned = cuda.shared.array(COUNT, float32)
    t = cuda.threadIdx.x
    loaded[t] = given[t]
    rows[t, 0] = given[t]
    cuda.syncthreads()
    value = float32(0)
    for step in range(steps):
        rows[t, 1] = loaded[COUNT - 1 - t] + rows[t, 0]
        value += rows[t, 1]
    cuda.syncthreads()
    turned[t] = value
    cuda.syncthreads()
    result[t] = turned[COUNT - 1 - t]


@cuda.jit
def copied(given, result):
    result[cuda.grid(1)] = given[cuda.grid(1)]


steps = int(sys.argv[1]) if len(sys.argv) > 1 else 2
given, result = np.arange(COUNT, dtype=np.float32), np.zeros(COUNT, np.float32)
smoothed[1, COUNT](given, result, steps)
print("steps", steps, "sum", result.sum())
copied[1, COUNT](given, result)
assert "--fail" not in sys.argv
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("script") / "kernels.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def known(script: Path) -> list[Summary]:
    return scripts.record_script(script)


@pytest.fixture
def quick(known: list[Summary], monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The script does not run again; its arguments are noted."""
    given: list[list[str]] = []

    def record(script: str, arguments: list[str]) -> list[Summary]:
        given.append(arguments)
        return list(known)

    monkeypatch.setattr(scripts, "record_script", record)
    return given


def test_a_script_is_traced_and_proven_on_the_layouts_of_its_kernels(
    warpack: Cli, script: Path, tmp_path: Path
) -> None:
    ran = warpack("trace", script, "3", "-o", tmp_path, "--longer", "5")
    assert ran.code == 0, ran.err
    for told in (
        "smoothed: 1 block of 32 threads traced",
        "axis 0 of (32, 2) counts threads",
        "Run again on the layout (arguments: 5), over poison 0xff with threads forward and poison 0xa5",
        "2 launches, 4 arrays, 512 bytes of results compared",
        "the same bit for bit",
        "It has no work arrays: there is nothing to pack.",
    ):
        assert told in " ".join(ran.out.split()), told
    manifest = json.loads((tmp_path / "smoothed.manifest.json").read_text())
    assert [buffer["name"] for buffer in manifest["buffers"]] == ["loaded", "rows", "turned"]
    traced = json.loads((tmp_path / "smoothed.trace.json").read_text())
    assert traced["proof"]["passed"] is True
    assert traced["proof"]["arguments"] == ["5"]
    assert {phase["name"] for phase in traced["phases"]} == set(manifest["timeline"]["phases"])
    assert not (tmp_path / "copied.manifest.json").exists()
    assert warpack("check", tmp_path / "smoothed.manifest.json").code == 0
    assert from_json(traced, str(script.parent)).kernel == "smoothed"


def test_what_the_run_could_not_cover_shares_nothing_and_proved_asks_for_more(
    warpack: Cli, script: Path, tmp_path: Path, known: list[Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    summaries = list(known)
    monkeypatch.setattr(scripts, "record_script", lambda *_: summaries)
    assert warpack("trace", script, "-o", tmp_path, "--no-prove").code == 0
    traced = json.loads((tmp_path / "smoothed.trace.json").read_text())
    verdicts = {(one["first"], one["second"]): one["verdict"] for one in traced["verdicts"]}
    assert verdicts == {
        ("loaded", "rows"): "needed together",
        ("loaded", "turned"): "apart, proved",
        ("rows", "turned"): "apart, proved",
    }
    assert traced["coverage"] == {"never_ran": [], "one_trip": []}
    summaries[0] = replace(known[0], static=None, static_trouble="kernels with *arguments cannot be analysed")
    ran = warpack("trace", script, "-o", tmp_path, "--no-prove", "--proved")
    assert "loaded and turned apart, only observed: kernels with *arguments cannot be analysed" in ran.out
    manifest = json.loads((tmp_path / "smoothed.manifest.json").read_text())
    assert manifest["apart"] == [["loaded", "turned"], ["rows", "turned"]]


def test_a_race_is_told_with_both_lines_and_fails(warpack: Cli, script: Path, tmp_path: Path) -> None:
    racy = tmp_path / "racy.py"
    racy.write_text(script.read_text().replace("    cuda.syncthreads()\n    result[t]", "    result[t]"))
    ran = warpack("trace", racy, "-o", tmp_path, "--kernel", "smoothed", "--no-prove")
    assert ran.code == 1
    assert "race on turned: racy.py:23 writes (thread " in ran.err
    assert "racy.py:24 reads (thread " in ran.err
    assert "with no barrier between (32 elements)" in ran.err


def test_a_script_that_fails_is_no_success(warpack: Cli, script: Path, tmp_path: Path) -> None:
    ran = warpack("trace", script, "-o", tmp_path / "traced", "--", "2", "--fail")
    assert ran.code == 1
    assert "the script failed: AssertionError" in ran.err
    assert not (tmp_path / "traced").exists()


def test_a_script_with_an_error_of_syntax_is_shown_as_python_shows_it(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("def f(:\n    pass\n", encoding="utf-8")
    ran = run("trace", script)
    assert ran.returncode == 1
    shown = ran.stderr.decode()
    assert shown.startswith(f'  File "{script}", line 1\n')
    assert "the script failed: SyntaxError" in shown
    assert "runpy" not in shown


def test_what_stands_after_the_script_is_its_own(
    warpack: Cli, script: Path, tmp_path: Path, quick: list[list[str]]
) -> None:
    assert warpack("trace", script, "a", "-", "--steps", "3", "-o", tmp_path, "--no-prove").code == 0
    assert warpack("trace", "-o", tmp_path, "--no-prove", script, "--", "--kernel", "x").code == 0
    assert quick == [["a", "-", "--steps", "3"], ["--kernel", "x"]]


def test_another_trace_is_merged(warpack: Cli, script: Path, tmp_path: Path, quick: list[list[str]]) -> None:
    assert warpack("trace", script, "-o", tmp_path, "--no-prove").code == 0
    both = tmp_path / "both"
    assert warpack("trace", script, "-o", both, "--no-prove", "--merge", tmp_path / "smoothed.trace.json").code == 0
    assert json.loads((both / "smoothed.trace.json").read_text())["blocks"] == 2
    assert (both / "smoothed.manifest.json").read_text() == (tmp_path / "smoothed.manifest.json").read_text()


def test_an_array_of_one_element_a_thread_is_a_runs_where_the_user_says_so(
    warpack: Cli, script: Path, tmp_path: Path, quick: list[list[str]]
) -> None:
    ran = warpack("trace", script, "-o", tmp_path, "--no-prove", "--run-scope", "turned")
    assert ran.code == 2
    assert "--run-scope turned: no axis of (32,) counts runs" in ran.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--kernel", "other"], "launched no kernel 'other': it launched smoothed, copied"),
        (["--run-scope", "other"], "--run-scope other: there is no such array, there are loaded, rows, turned"),
        (["--merge", "{script}"], "cannot read the trace"),
        (["--merge", "{empty}"], "no trace: its schema is not 'warpack/trace/1'"),
        (["--merge", "{broken}"], "no trace that this version can read"),
        (["--against", "{script}"], "cannot read"),
        (["--against", "{empty}"], "schema"),
        (["--arch", "1.0"], "there is no architecture '1.0'"),
        (["--compute-capability", "1.0"], "there is no architecture '1.0'"),
    ],
)
def test_what_is_given_wrongly_is_said(
    warpack: Cli, script: Path, tmp_path: Path, quick: list[list[str]], options: list[str], message: str
) -> None:
    empty, broken = tmp_path / "empty.json", tmp_path / "broken.json"
    empty.write_text("{}")
    broken.write_text('{"schema": "warpack/trace/1", "arrays": 3}')
    named = [one.format(script=script, empty=empty, broken=broken) for one in options]
    ran = warpack("trace", script, "-o", tmp_path, "--no-prove", *named)
    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert message in ran.err


def test_a_script_that_is_not_there_is_said(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("trace", tmp_path / "none.py")
    assert (ran.code, "there is no script" in ran.err) == (2, True)


def test_a_file_to_be_held_against_that_is_not_there_is_said_before_anything_runs(
    warpack: Cli, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "record_script", None)
    ran = warpack("trace", script, "--against", tmp_path / "none.json")
    assert (ran.code, f"{tmp_path / 'none.json'}: there is no such file" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TraceError("not all threads come to the same barrier"), "not all threads come"),
        (ScriptError("ValueError: no", []), "the script failed: ValueError: no"),
    ],
)
def test_what_cannot_be_recorded_is_said(
    warpack: Cli, script: Path, monkeypatch: pytest.MonkeyPatch, error: TraceError, message: str
) -> None:
    def record(*_: Any) -> list[Summary]:
        raise error

    monkeypatch.setattr(scripts, "record_script", record)
    ran = warpack("trace", script)
    assert (ran.code, message in ran.err) == (1, True)


def test_a_kernel_is_held_against_a_manifest(
    warpack: Cli, script: Path, tmp_path: Path, quick: list[list[str]]
) -> None:
    assert warpack("trace", script, "-o", tmp_path, "--no-prove").code == 0
    path = tmp_path / "smoothed.manifest.json"
    kept = warpack("trace", "--against", path, script)
    assert (kept.code, f"smoothed keeps to {path}." in " ".join(kept.out.split())) == (0, True)
    document = json.loads(path.read_text())
    names = document["timeline"]["phases"]
    for buffer in document["buffers"]:
        if buffer["name"] == "loaded":
            buffer["lifetime"] = [[names[0], names[0]]]
        if buffer["name"] == "turned":
            buffer["lifetime"] = [[names[0], names[-1]]]
    path.write_text(json.dumps(document))
    broken = warpack("trace", "--against", path, script)
    assert broken.code == 2
    assert "loaded is read in phase" in broken.err
    assert "rows and turned are kept apart, and were never seen to be needed at once" in broken.out
    assert "with the lifetime of turned as traced" in " ".join(broken.out.split())
