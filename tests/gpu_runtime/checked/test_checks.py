"""Checked allocators find what they are for: kernels of every kind in the simulator, right ones and wrong ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def simulated(program: str, *arguments: str) -> Any:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "examples")))
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.gpu_runtime.checked.{program}", *arguments],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": paths},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    scenarios: dict[str, Any] = simulated("scenarios")
    return scenarios


KINDS = ("traced", "as on a GPU")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scenario", ["right", "pair right", "calls right", "in place right", "skipped phases"])
def test_kernels_that_keep_to_their_lifetimes_are_told_nothing(found: dict[str, Any], scenario: str, kind: str) -> None:
    assert found[scenario][kind]["said"] == []


def test_checks_change_no_result(found: dict[str, Any]) -> None:
    assert found["pair right"]["traced"]["out"][:2] == found["pair right"]["as on a GPU"]["out"][:2] == [46.0, 164.0]


FAULTS = {
    "read after the end": "step/stage was read in phase slope1, after its lifetime had ended (live in stage): ",
    "read of a part after its end": "step/slopes#row0 was read in phase combine, after its lifetime had ended (live in slope0 to slope1): ",
    "written before the beginning": "step/squares was written in phase summary, but its lifetime is empty: ",
    "not carried round the loop": "step/history was read in phase slope0, before its lifetime begins (live in combine): ",
    "stray write": "step/stage was written in phase slope0, before its lifetime begins (live in stage to slope1): ",
    "write past the end": "the 16 bytes behind step/state were written in phase slope0: byte 0 of run 1 in block 0",
    "wrong order": "phase load was entered from summary by run 0 in block 0: no way leads there",
    "read before it is written": "step/slopes#row0 was read in phase slope0, before it was written there: ",
    "no begin": "phase load was entered before `begin` was called, by run 0 in block 0",
    "pair write of the run": "mine was written in phase add, after its lifetime had ended (live in fill to swap): ",
    "pair write of the block": "tile was written in phase add, after its lifetime had ended (live in fill to swap): ",
    "pair read after the end": "mine was read in phase swap, after its lifetime had ended (live in fill): ",
    "pair read of the block after the end": "tile was read in phase swap, after its lifetime had ended (live in fill): ",
    "calls contents of the call before": "solver/defect was read in phase correct/residual, before it was written there: ",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scenario", FAULTS)
def test_a_fault_is_the_first_thing_said_and_names_buffer_and_phase(
    found: dict[str, Any], scenario: str, kind: str
) -> None:
    said = found[scenario][kind]["said"]
    assert said
    assert said[0].startswith(FAULTS[scenario])


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("wrong alias", "whole was read in phase one, after other had been written, which has the same bytes in the layout: "),
        ("not elementwise", "before was read in phase turn, after after had been written, which has the same bytes in the layout: "),
    ],
)  # fmt: skip
def test_in_the_simulator_bytes_that_two_buffers_share_by_word_of_the_manifest_are_watched(
    found: dict[str, Any], scenario: str, words: str
) -> None:
    assert found[scenario]["traced"]["said"][0].startswith(words)


def test_in_the_simulator_the_line_of_the_kernel_is_named(found: dict[str, Any]) -> None:
    lines = (ROOT / "examples" / "checked" / "lifetimes.py").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if "slope1[i] = -stage[" in line)
    assert f": lifetimes.py, line {number} (" in found["read after the end"]["traced"]["said"][0]


def test_without_tracing_the_place_is_named(found: dict[str, Any]) -> None:
    said = found["stray write"]["as on a GPU"]["said"]
    assert said == [f"{FAULTS['stray write']}element 5 of run 2 in block 0 (2 times in all)"]


def test_poison_that_spreads_is_told_once(found: dict[str, Any]) -> None:
    assert len(found["not carried round the loop"]["as on a GPU"]["said"]) == 1


@pytest.fixture(scope="module")
def kernels() -> list[dict[str, Any]]:
    """Kernels made from random manifests."""
    made: list[dict[str, Any]] = simulated("faithful", "0", "11")
    assert len(made) > 7
    return made


def test_kernels_of_random_manifests_are_told_nothing_while_they_keep_to_them(kernels: list[dict[str, Any]]) -> None:
    """They use aliased buffers at one time, and in-place pairs not element by element: that much is said, of those alone."""
    assert [kernel for kernel in kernels if kernel["faithful"]] == []
    assert all(set(kernel["shared"]) <= set(kernel["related"]) for kernel in kernels)


def test_kernels_of_random_manifests_are_told_of_one_access_outside_a_lifetime(kernels: list[dict[str, Any]]) -> None:
    faults = [kernel["fault"] for kernel in kernels if kernel["fault"] is not None]
    assert len(faults) > 5
    for fault in faults:
        words = f"{fault['piece']} was {fault['how']} in phase {fault['phase']}, "
        assert any(sentence.startswith(words) for sentence in fault["said"]), fault
