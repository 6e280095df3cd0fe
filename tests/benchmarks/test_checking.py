"""What others packed is checked: by the verifier where it makes a layout, else pair by pair."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.attempt import Attempt
from benchmarks.checking import first_overlap, judge
from benchmarks.instances.instance import Instance, region_manifest
from benchmarks.running import Row
from warpack.solver import Manifest, load_manifest
from warpack.solver.flatten import flatten

NONE: frozenset[str] = frozenset()


def three(size: int = 4) -> Manifest:
    """a and b meet in phase 1, b and c in phase 2; a and c never."""
    lives = {"a": [0, 2], "b": [1, 3], "c": [2, 4]}
    return load_manifest(region_manifest("three", 4, [buffer(name, size, life) for name, life in lives.items()]))


def buffer(name: str, size: int, life: list[int]) -> dict[str, Any]:
    return {"name": name, "size": size, "dtype": "uint8", "lifetime": [life]}


def test_a_right_packing_passes_with_its_bytes_and_threads() -> None:
    manifest = three()
    judged = judge(manifest, flatten(manifest), (0, 4, 0), (), NONE)
    assert (judged.run_bytes, judged.fault) == (8, None)
    assert judged.threads_per_block == 1024


def test_two_buffers_in_the_same_bytes_at_the_same_time_are_named() -> None:
    manifest = three()
    fault = judge(manifest, flatten(manifest), (0, 2, 8), (), NONE).fault
    assert fault is not None
    assert "a" in fault
    assert "b" in fault


@pytest.mark.parametrize(("offsets", "right"), [((0, 150_000, 0), True), ((0, 149_999, 0), False)])
def test_what_fits_no_block_is_checked_all_the_same(offsets: tuple[int, ...], right: bool) -> None:
    manifest = three(150_000)
    judged = judge(manifest, flatten(manifest), offsets, (), NONE)
    assert judged.threads_per_block == 0
    assert (judged.fault is None) is right


def test_pieces_that_take_turns_may_share_bytes() -> None:
    assert first_overlap(three(), {"a": 0, "b": 4, "c": 0}) is None
    assert first_overlap(three(), {"a": 0, "b": 4, "c": 4}) == "c and b conflict and share bytes"


def row(*attempts: Attempt, optimum: int | None = None) -> Row:
    return Row(Instance("set", "one", {}, optimum), 3, attempts)


def test_a_bound_above_anothers_packing_or_the_known_optimum_is_a_fault() -> None:
    ours, theirs = Attempt("ours", 12, 0.1, lower_bound_bytes=12), Attempt("theirs", 10, 0.1)
    assert row(ours, theirs).faults == ("ours on one: claims a bound of 12 bytes, and 10 bytes are enough",)
    assert len(row(ours, optimum=11).faults) == 1
    assert row(ours, optimum=12).faults == ()


def test_a_refused_packing_disproves_nobodys_bound() -> None:
    ours, theirs = Attempt("ours", 12, 0.1, lower_bound_bytes=12), Attempt("theirs", 10, 0.1, fault="a and b overlap")
    assert row(ours, theirs).faults == ("theirs on one: a and b overlap",)
