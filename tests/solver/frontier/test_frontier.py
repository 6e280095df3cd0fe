"""Threads against accesses on chip: every point holds, none is beaten, and each comes out again when asked for
alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.manifests import random_manifest
from tests.helpers.processes import PATIENCE_S
from tests.helpers.solving import manifest_of, scattered_manifest, solved
from warpack.solver import Layout, Manifest, load_manifest, optimize, read_layout, verify
from warpack.solver.frontier.replay import layout_of_point, manifest_of_point

_STEP = [
    {"name": "state", "size": 20, "persistent": True},
    {"name": "hot", "size": 24, "location": "auto", "accesses": 900, "lifetime": [[0, 4]]},
    {"name": "warm", "size": 40, "location": "auto", "accesses": 300, "lifetime": [[2, 6]]},
    {"name": "cold", "size": 40, "location": "auto", "accesses": 30, "lifetime": [[5, 8]]},
    {"name": "huge", "size": 900, "location": "auto", "accesses": 10, "lifetime": [[0, 8]]},
]


def traced(manifest: Manifest) -> tuple[Layout, list[dict[str, Any]]]:
    """The verified layout and its points, each replayed and verified."""
    layout = solved(manifest)
    assert layout.frontier is not None
    for point in layout.frontier:
        replayed = layout_of_point(manifest, point)
        report = verify(manifest_of_point(manifest, point), replayed)
        assert report.passed, (point, [finding.message for finding in report.findings])
        assert replayed.launch is not None
        assert {
            "threads_per_block": replayed.launch.threads_per_block,
            "resident_threads": replayed.launch.occupancy.resident_threads,
            "run_bytes": replayed.launch.run_bytes,
            "stride_bytes": replayed.launch.stride_bytes,
            "dynamic_shared_bytes": replayed.launch.dynamic_shared_bytes,
        }.items() <= point.items()
    return layout, list(layout.frontier)


def figures(point: dict[str, Any]) -> tuple[int, int, int]:
    return point["threads_per_block"], point["resident_threads"], point["accesses_on_chip"]


def test_fewer_threads_have_more_on_chip_and_no_point_beats_another() -> None:
    layout, points = traced(manifest_of(*_STEP, frontier=True))
    assert len(points) >= 3
    for one in points:
        for other in points:
            beaten = all(mine >= theirs for mine, theirs in zip(figures(one), figures(other), strict=True))
            assert one is other or not beaten, (one, other)
    chosen = [point for point in points if point["chosen"]]
    assert len(chosen) == 1
    assert layout.launch is not None
    assert chosen[0]["threads_per_block"] == layout.launch.threads_per_block
    assert chosen[0]["offsets_bytes"] == {
        buffer.full_name: buffer.offset_bytes for buffer in layout.buffers if buffer.region == "run"
    }
    assert points[-1]["accesses_on_chip"] == max(point["accesses_on_chip"] for point in points)


def test_a_point_comes_out_again_when_its_manifest_is_solved() -> None:
    manifest = manifest_of(*_STEP, frontier=True)
    for point in traced(manifest)[1]:
        alone = solved(manifest_of_point(manifest, point))
        assert alone.launch is not None
        assert alone.status == point["status"] == "optimal"
        assert alone.frontier is None
        assert (alone.launch.threads_per_block, alone.launch.run_bytes, alone.launch.occupancy.resident_threads) == (
            point["threads_per_block"],
            point["run_bytes"],
            point["resident_threads"],
        )


def test_the_manifest_of_a_point_is_one_that_can_be_posted() -> None:
    manifest = manifest_of(*_STEP, frontier=True)
    alone = manifest_of_point(manifest, traced(manifest)[1][-1])
    assert load_manifest(alone.model_dump()) == alone


def test_without_auto_buffers_only_block_sizes_with_more_resident_threads_are_points() -> None:
    target = {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"}
    buffer = {"name": "a", "size": 33, "persistent": True}
    _, points = traced(manifest_of(buffer, target=target, frontier=True))
    assert points[0]["chosen"]
    assert all(point["run_bytes"] == 132 and point["accesses_on_chip"] == 0 for point in points)
    resident = [point["resident_threads"] for point in points]
    assert resident == sorted(set(resident))


def test_the_frontier_changes_neither_the_layout_nor_comes_unasked() -> None:
    asked, plain = solved(manifest_of(*_STEP, frontier=True)), solved(manifest_of(*_STEP))
    assert plain.frontier is None
    assert (asked.launch, asked.buffers, asked.proof) == (plain.launch, plain.buffers, plain.proof)


@pytest.mark.parametrize("objective", ["resident_threads", "shared_bytes"])
def test_the_layout_is_a_point_under_every_objective(objective: str) -> None:
    layout, points = traced(manifest_of(*_STEP, objective=objective, frontier=True))
    chosen = next(point for point in points if point["chosen"])
    assert layout.launch is not None
    assert (chosen["threads_per_block"], chosen["run_bytes"]) == (
        layout.launch.threads_per_block,
        layout.launch.run_bytes,
    )


def test_a_fixed_block_size_leaves_the_number_of_blocks_to_choose() -> None:
    _, points = traced(manifest_of(*_STEP, launch={"threads_per_block": 96}, frontier=True))
    assert {point["threads_per_block"] for point in points} == {96}
    assert len(points) > 1


def test_single_threads_as_steps_give_a_bounded_list() -> None:
    _, points = traced(manifest_of(*_STEP, launch={"threads_multiple": 1}, frontier=True))
    assert len({point["threads_per_block"] for point in points}) <= 32


def test_nothing_that_fits_gives_an_empty_list() -> None:
    layout = solved(manifest_of({"name": "a", "size": 30_000}, frontier=True))
    assert (layout.status, layout.frontier) == ("infeasible", ())


def test_points_survive_json() -> None:
    layout = solved(manifest_of(*_STEP, frontier=True))
    assert read_layout(layout.model_dump_json().encode()).frontier == layout.frontier


def test_a_cancel_leaves_the_points_that_are_known() -> None:
    manifest = manifest_of(*_STEP, frontier=True)
    layout = optimize(manifest, cancelled=lambda: True)
    assert verify(manifest, layout).passed
    assert layout.frontier is not None
    assert sum(point["chosen"] for point in layout.frontier) == 1
    assert "frontier-incomplete" in {warning.type for warning in layout.warnings}


def test_the_time_limit_holds_for_layout_and_frontier_together() -> None:
    many = scattered_manifest(600, limit_s=0.3)
    autos = tuple(
        replace(buffer, location="auto", accesses=number) if number % 2 else buffer
        for number, buffer in enumerate(many.buffers)
    )
    layout, _ = traced(replace(many, buffers=autos, frontier=True))
    assert "frontier-incomplete" in {warning.type for warning in layout.warnings}
    assert layout.run_info.seconds < PATIENCE_S


@pytest.mark.parametrize("seed", range(40))
def test_points_of_random_manifests_hold(seed: int) -> None:
    document = random_manifest(seed)
    for number, buffer in enumerate(document["buffers"]):
        if buffer.get("location") == "local" and number % 2:
            buffer["location"] = "auto"
    traced(load_manifest(document | {"frontier": True, "solver": {"time_limit_s": 2}}))


def test_offsets_of_another_manifest_are_refused() -> None:
    manifest = manifest_of(*_STEP, frontier=True)
    point = dict(traced(manifest)[1][0])
    with pytest.raises(KeyError):
        layout_of_point(manifest, point | {"offsets_bytes": {}})
    with pytest.raises(ValueError, match="does not fit"):
        layout_of_point(manifest, point | {"offsets_bytes": dict.fromkeys(point["offsets_bytes"], 40000)})


_BLOCK = [
    {"name": "tile", "size": 1920, "scope": "block", "lifetime": [[0, 1]]},
    {"name": "late", "size": 16, "dtype": "int8", "lifetime": [[1, 2]]},
    {"name": "hot", "size": 64, "dtype": "float64", "location": "auto", "accesses": 7, "lifetime": [[0, 1]]},
]


def test_a_point_has_nothing_over_windows_with_which_it_conflicts() -> None:
    manifest = manifest_of(
        *_BLOCK,
        target={"compute_capability": "8.0"},
        timeline={"length": 2, "barriers": "every"},
        objective="shared_bytes",
        frontier=True,
    )
    points = traced(manifest)[1]
    assert [point["on_chip"] for point in points] == [[], ["hot"]]
    assert points[1]["dynamic_shared_bytes"] == 40_960
    assert points[1]["status"] == "feasible"


def test_the_carveout_counts_for_the_room_of_a_point() -> None:
    manifest = manifest_of(
        {"name": "a", "size": 84, "persistent": True},
        {"name": "hot", "size": 80, "location": "auto", "accesses": 100, "persistent": True},
        target={"compute_capability": "8.6", "carveout": 30},
        launch={"max_threads_per_block": 256},
        frontier=True,
    )
    assert [figures(point) for point in traced(manifest)[1]] == [(128, 128, 0), (64, 64, 100)]
