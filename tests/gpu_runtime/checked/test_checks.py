"""Checked allocators find what they are for: kernels of every kind in the simulator, right ones and wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.python_programs import output_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def simulated(program: str, *arguments: str) -> Any:
    name, paths = f"tests.gpu_runtime.checked.{program}", (ROOT, ROOT / "examples")
    return json.loads(output_of("-m", name, *arguments, simulator=True, paths=paths, cwd=ROOT))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    scenarios: dict[str, Any] = simulated("scenarios")
    return scenarios


KINDS = ("traced", "as on a GPU")
RIGHT = ("right", "pair right", "calls right", "in place right", "skipped phases", "loop gone round", "arms right", "stated right",
         "dropped right", "beside right", "ring right", "tracks right", "handed right",
         "handed without the barrier after, one trip", "run waited", "zeroed right", "over windows right")  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scenario", RIGHT)
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
    "arms factors in the other arm": "factors was written in phase explicit, before its lifetime begins (live in implicit to matrix): ",
    "ring write after the end": "ring was written in phase rest, after its lifetime had ended (live in fill to use): ",
    "bits write after the end": "bits was written in phase rest, after its lifetime had ended (live in fill to use): ",
    "few threads": "block 0 was launched with 8 threads, THREADS_PER_BLOCK is 32: zero functions of the block's buffers count on all",
    "many threads": "block 0 was launched with 64 threads, THREADS_PER_BLOCK is 32: their windows end behind the memory",
    "tracks into the other track": "phase drain was entered from consume by run 40 in block 0: no way leads there",
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


TRACED_FAULTS = {
    "loop skipped": "guess was read in phase sum, before it was written there: ",
    "arms from arm to arm": "value was read in phase store, before it was written there: ",
    "stated read before the write": "sums was read in phase fill, before it was written there: ",
    "stated where it is carried": "sums was written in phase pause, through which its contents are only carried: no access is stated there: ",
    "stated read after the end": "sums was read in phase rest, after its lifetime had ended (live in fill to use): ",
    "dropped and found again": "guess was read in phase step, before it was written there (its reentry is dropped): ",
    "beside read after the end": "left/early was read in phase both/third, after its lifetime had ended (live in both/first to both/second): ",
    "tracks of the other track": "made was read in phase consume, after its lifetime had ended (live in produce to drain): ",
    "zeroed without a barrier": (
        "bins was read in phase count by another thread than the one that had zeroed it, and the two had not waited",
        "bins was read in phase count, before it was written there: ",  # where the reader was the quicker one
    ),
}
"""Reads whose value goes nowhere but to global memory, and what no byte shows."""
UNORDERED = "and its threads had not waited for one another in between: the layout relies on the barrier"
MISSED = {
    "handed without the barrier before": (
        "sums was written in phase reuse in bytes that tile had in phase swap",
        "before reuse",
    ),
    "handed without the barrier after": (
        "tile was written in phase fill in bytes that sums had in phase reuse",
        "after reuse",
    ),
    "run without its barrier": ("second was written in phase two in bytes that first had in phase one", "before two"),
    "over windows without the barrier": (
        "partial was written in phase reduce in bytes that work had in phase integrate",
        "before reduce",
    ),
}


@pytest.mark.parametrize("scenario", TRACED_FAULTS)
def test_in_the_simulator_reads_that_leave_no_trace_are_said(found: dict[str, Any], scenario: str) -> None:
    said = found[scenario]["traced"]["said"]
    assert any(sentence.startswith(TRACED_FAULTS[scenario]) for sentence in said), said


@pytest.mark.parametrize("scenario", MISSED)
def test_a_barrier_that_a_way_misses_is_named_where_bytes_are_handed_over(found: dict[str, Any], scenario: str) -> None:
    words, barrier = MISSED[scenario]
    (sentence,) = found[scenario]["traced"]["said"]
    assert sentence.startswith(f"{words}, {UNORDERED} {barrier}: order_kernels.py, line ")


def test_a_barrier_of_a_run_counts_whether_the_simulator_has_one_or_not(found: dict[str, Any]) -> None:
    assert found["run waited by syncwarp"]["traced"]["said"] == []


def test_of_an_atomic_the_line_of_the_kernel_is_named(found: dict[str, Any]) -> None:
    assert all(
        ": order_kernels.py, line " in sentence for sentence in found["zeroed without a barrier"]["traced"]["said"]
    )


def test_of_a_ring_the_slot_is_named_and_of_packed_types_the_element(found: dict[str, Any]) -> None:
    assert "element 2 of slot 1 of run 0" in found["ring write after the end"]["as on a GPU"]["said"][0]
    assert "element 4 of run 0" in found["bits write after the end"]["as on a GPU"]["said"][0]


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
    """They use aliased buffers at one time, and in-place pairs not element by element: that much is said, of those
    alone."""
    assert [kernel for kernel in kernels if kernel["faithful"]] == []
    assert all(set(kernel["shared"]) <= set(kernel["related"]) for kernel in kernels)


def test_kernels_of_random_manifests_are_told_of_one_access_outside_a_lifetime(kernels: list[dict[str, Any]]) -> None:
    faults = [kernel["fault"] for kernel in kernels if kernel["fault"] is not None]
    assert len(faults) > 5
    for fault in faults:
        words = f"{fault['piece']} was {fault['how']} in phase {fault['phase']}, "
        assert any(sentence.startswith(words) for sentence in fault["said"]), fault
