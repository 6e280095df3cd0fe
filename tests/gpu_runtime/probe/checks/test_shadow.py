"""The shadow check: unordered accesses between threads, on plans alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gpu_runtime.probe.samples import lifetime, loop_layout, loop_manifest
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.probe.checks.shadow import ORDERS, shadow
from warpack.gpu_runtime.probe.plan.plan_as_json import arrays
from warpack.gpu_runtime.probe.plan.probe_plan import plan_probe
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Barrier, InPlace, Manifest, Timeline


def plan_of(manifest: Manifest, layout: Layout) -> dict[str, Any]:
    return arrays(plan_probe(manifest, layout), manifest, layout)


def handed_over(scope: Any, *barriers: Barrier) -> dict[str, Any]:
    """`x` and, two phases later, `y` at the same bytes, of two runs with four threads each."""
    manifest = make_manifest(
        make_buffer("x", 6, lifetime=lifetime((0, 1)), scope=scope),
        make_buffer("y", 6, lifetime=lifetime((2, 3)), scope=scope),
        threads_per_run=4,
        timeline=Timeline(length=4, barriers=barriers),
    )
    return plan_of(manifest, make_layout(manifest, {"x": 0, "y": 0}, runs_per_block=2))


def test_threads_of_their_own_windows_need_no_barrier() -> None:
    manifest = loop_manifest()
    seen = shadow(plan_of(manifest, loop_layout(manifest)))
    assert (seen["wrong"], seen["runs"], seen["threads"], seen["orders"]) == (0, 4, 4, list(ORDERS))
    assert seen["accesses"] > 0


@pytest.mark.parametrize(
    ("scope", "barrier", "ordered"),
    [
        ("run", Barrier(1, "run"), True),
        ("run", Barrier(2, "block"), True),
        ("run", Barrier(3, "block"), False),  # behind the hand-over
        ("block", Barrier(2, "block"), True),
        ("block", Barrier(2, "run"), False),  # a run's barrier orders no two runs
    ],
)
def test_a_barrier_orders_what_it_covers_and_comes_before(scope: str, barrier: Barrier, ordered: bool) -> None:
    assert (shadow(handed_over(scope, barrier))["wrong"] == 0) == ordered


def test_without_a_barrier_the_threads_and_the_byte_are_told() -> None:
    seen = shadow(handed_over("run"))
    example = seen["examples"][0]
    assert seen["wrong"] > 0
    assert example["thread"] // 4 == example["other_thread"] // 4 == 0
    assert example["thread"] != example["other_thread"]
    assert 0 <= example["byte"] < 24


def test_two_pieces_are_shared_out_differently_in_every_order_but_where_an_in_place_pair_says_otherwise() -> None:
    assert {example["order"] for example in shadow(handed_over("run"))["examples"]} == set(ORDERS)


def test_an_in_place_pair_keeps_its_threads() -> None:
    manifest = make_manifest(
        make_buffer("x", 6, lifetime=lifetime((0, 2))),
        make_buffer("y", 6, lifetime=lifetime((1, 3))),
        in_place=(InPlace(1, "x", "y"),),
        threads_per_run=4,
        timeline=Timeline(length=4, barriers=(Barrier(1, "run"),)),
    )
    layout = make_layout(manifest, {"x": 0, "y": 0}, runs_per_block=2)
    assert shadow(plan_of(manifest, layout))["wrong"] == 0


@pytest.mark.parametrize("figures", [{"stride_bytes": 72, "padding_bytes": 0}, {"stride_bytes": 0, "padding_bytes": 0}])
def test_two_runs_in_one_window_are_unordered(figures: dict[str, Any]) -> None:
    manifest = loop_manifest()
    layout = loop_layout(manifest, **figures, dynamic_shared_bytes=320)
    assert shadow(plan_of(manifest, layout))["wrong"] > 0
