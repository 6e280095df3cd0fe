"""The twelve kinds of answer that were wrong in November 2026, asked of the machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.machine import conflicts, disturbs, disturbs_in_place, in_place_pairs
from warpack.solver.wire.manifest import Barrier, Branch, Loop, Manifest

from .kernels import accessed, buffer, called, kernel, timeline


def test_1_what_is_read_again_on_the_next_trip_is_not_taken_in_place() -> None:
    looped = kernel(timeline(3, Loop(1, 2)), buffer("a", (0, 2)), buffer("b", (1, 2)), in_place=[(1, "a", "b")])
    assert disturbs_in_place(looped, "a", "b")
    straight = replace(looped, timeline=timeline(3))
    assert disturbs(straight, "a", "b")
    assert in_place_pairs(straight) == {("a", "b")}


def test_2_an_interval_ends_at_its_last_phase_only() -> None:
    steps = [(1, "a", "b"), (2, "a", "b")]
    assert disturbs_in_place(
        kernel(timeline(3), buffer("a", (0, 3)), buffer("b", (1, 2), (2, 3)), in_place=steps), "a", "b"
    )


@pytest.mark.parametrize(
    ("a", "b", "phase", "zero"),
    [((0, 2), (1, 3), 1, "interval"), ((0, 1), (0, 2), 0, "entry")],
    ids=["interval", "entry"],
)
def test_3_zero_wipes_what_is_read(a: tuple[int, int], b: tuple[int, int], phase: int, zero: str) -> None:
    manifest = kernel(timeline(3), buffer("a", a), buffer("b", b, zero=zero), in_place=[(phase, "a", "b")])
    assert disturbs_in_place(manifest, "a", "b")


def _call(*buffers: str) -> Manifest:
    child = called("A", timeline(1, barriers=(0,)), 1)
    x, y = buffer(buffers[0], (0, 1), scope="block"), buffer(buffers[1], (1, 2), scope="block")
    return kernel(timeline(2), x, y, components=[child])


def test_4_a_barrier_in_the_call_does_not_order_the_parents_own_accesses() -> None:
    assert disturbs(_call("x", "y"), "x", "y")


def test_4_it_orders_what_the_child_accesses_after_it() -> None:
    child = called("A", timeline(1, barriers=(0,)), 1)
    manifest = kernel(
        timeline(2), buffer("x", (0, 1), scope="block"), buffer("A/y", (0, 1), scope="block"), components=[child]
    )
    assert not disturbs(manifest, "x", "A/y")


def test_5_the_parents_barrier_stands_once_before_the_call() -> None:
    child = called("A", timeline(2, Loop(0, 2), barriers=(1,)), 1)
    u, v = buffer("A/u", (0, 1), scope="block"), buffer("A/v", (1, 2), scope="block")
    assert disturbs(kernel(timeline(2, barriers=(1,)), u, v, components=[child]), "A/u", "A/v")
    ordered = called("A", timeline(2, Loop(0, 2), barriers=(0, 1)), 1)
    assert not disturbs(kernel(timeline(2, barriers=(1,)), u, v, components=[ordered]), "A/u", "A/v")


@pytest.mark.parametrize("turned", [False, True])
def test_6_calls_in_one_phase_run_in_any_order(turned: bool) -> None:
    calls = [called("A", timeline(1, barriers=(0,)), 1), called("B", timeline(1), 1)]
    x, y = buffer("x", (0, 1), scope="block"), buffer("B/y", (0, 1), scope="block")
    manifest = kernel(timeline(3), x, y, components=calls[::-1] if turned else calls)
    assert disturbs(manifest, "x", "B/y")


@pytest.mark.parametrize("at_least", [0, 1])
def test_7_a_skipped_loop_skips_its_barrier(at_least: int) -> None:
    prefetch, stage = buffer("prefetch", (0, 1), scope="block"), buffer("stage", (3, 4), scope="block")
    loop = Loop(1, 3, at_least=at_least)  # type: ignore[arg-type]  # a plain int
    assert disturbs(kernel(timeline(4, loop, barriers=(2,)), prefetch, stage), "prefetch", "stage") is not bool(
        at_least
    )


def test_8_an_in_place_step_where_the_two_do_not_meet_cures_nothing() -> None:
    x, y = buffer("x", (0, 1), scope="block"), buffer("y", (1, 2), scope="block")
    assert disturbs_in_place(kernel(timeline(2, barriers=(0,)), x, y, in_place=[(0, "x", "y")]), "x", "y")


def test_9_block_and_run_scope_share() -> None:
    mine, scratch = buffer("mine", (0, 1), size=64), buffer("scratch", (1, 2), scope="block", size=8192)
    assert not disturbs(kernel(timeline(2, barriers=(1,)), mine, scratch), "mine", "scratch")
    assert disturbs(kernel(timeline(2), mine, scratch), "mine", "scratch")
    runs_only = timeline(2, barriers=(Barrier(1, "run"),))
    assert disturbs(kernel(runs_only, mine, scratch), "mine", "scratch")


def test_10_a_call_beside_it_does_not_stretch_a_component() -> None:
    calls = [called(path, timeline(2), 0) for path in ("p0", "p1")]
    buffers = [buffer(f"{path}/{name}", (n, n + 1)) for path in ("p0", "p1") for n, name in enumerate("ab")]
    apart = {("p0/a", "p1/a"), ("p0/a", "p1/b"), ("p0/b", "p1/a"), ("p0/b", "p1/b")}
    assert conflicts(kernel(timeline(1), *buffers, components=calls)) == apart


def test_11_what_a_loop_reads_again_is_kept() -> None:
    weights, scratch = buffer("weights", (0, 2)), buffer("scratch", (2, 3))
    looped = kernel(timeline(3, Loop(1, 3)), weights, scratch)
    assert disturbs(looped, "weights", "scratch")
    assert not disturbs(replace(looped, buffers=(replace(weights, reentry="dropped"), scratch)), "weights", "scratch")
    read = kernel(timeline(3, Loop(1, 3)), accessed("weights", writes=(0,), reads=(1,)), scratch)
    assert disturbs(read, "weights", "scratch")


def test_12_what_begins_in_one_arm_leaves_the_other_free() -> None:
    z, w = buffer("z", (0, 3), scope="block"), buffer("w", (1, 2), scope="block")
    branch = Branch(((0, 1), (1, 2)), uniform="block")
    assert not disturbs(kernel(timeline(3, branch, barriers=(2,)), z, w), "z", "w")
    assert disturbs(kernel(timeline(3, branch), z, w), "z", "w")
    assert disturbs(kernel(timeline(3, replace(branch, uniform=None), barriers=(2,)), z, w), "z", "w")
    around = timeline(3, branch, Loop(0, 3), barriers=(2,))
    assert disturbs(kernel(around, z, w), "z", "w")
