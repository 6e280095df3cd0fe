"""What packing means for the launch: threads, budgets, what goes on chip, advice."""

from __future__ import annotations

import pytest

from tests.helpers.solving import manifest_of, run_bytes, solved
from warpack.solver import ManifestError, optimize


def test_a_manifest_without_buffers_is_optimal_at_nothing() -> None:
    layout = solved(manifest_of())
    assert (layout.status, run_bytes(layout)) == ("optimal", 0)
    assert layout.proof.run_bytes.certificate == {"kind": "empty"}


def test_local_buffers_take_no_shared_bytes() -> None:
    layout = solved(
        manifest_of(
            {"name": "a", "size": 3, "location": "local"},
            {"name": "b", "size": 3, "location": "local", "persistent": True},
            {"name": "c", "size": 5, "location": "local", "persistent": True, "dtype": "float64"},
            {"name": "d", "size": 1, "location": "local", "persistent": True},
            {"name": "none", "size": 0, "location": "local", "persistent": True},
        )
    )
    assert (run_bytes(layout), layout.local.local_bytes, layout.local.persistent_local_bytes) == (0, 12, 56)
    assert [layout.by_name[name].offset_bytes for name in "abcd"] == [None, 40, 0, 52]


def test_auto_buffers_go_on_chip_only_where_they_cost_no_threads() -> None:
    target = {"compute_capability": "8.6", "shared_budget_bytes": 32 * 100}
    buffers = [
        {"name": "must", "size": 20, "persistent": True},
        {"name": "hot", "size": 3, "location": "auto", "accesses": 90},
        {"name": "big", "size": 30, "location": "auto", "accesses": 50},
        {"name": "free", "size": 1, "location": "auto", "accesses": 1},
    ]
    layout = solved(manifest_of(*buffers, target=target))
    places = {buffer.name: buffer.location for buffer in layout.buffers}
    assert places == {"must": "shared", "hot": "shared", "big": "local", "free": "shared"}
    assert layout.launch is not None
    assert layout.launch.threads_per_block == 32
    assert layout.advice["promoted"] == {"buffers": ["free", "hot"], "accesses_on_chip": 91, "accesses": 141}


def test_the_fewest_shared_bytes_leave_auto_buffers_local() -> None:
    layout = solved(manifest_of({"name": "a", "size": 3, "location": "auto"}, objective="shared_bytes"))
    assert layout.by_name["a"].region == "local"


def test_the_most_resident_threads_may_want_a_smaller_block() -> None:
    fields = {"target": {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"}}
    buffer = {"name": "a", "size": 33, "persistent": True}
    most = solved(manifest_of(buffer, **fields))
    resident = solved(manifest_of(buffer, objective="resident_threads", **fields))
    assert most.launch is not None
    assert resident.launch is not None
    assert resident.launch.occupancy.resident_threads >= most.launch.occupancy.resident_threads
    assert resident.status == "optimal"


def test_exact_threads_are_kept_or_refused_with_the_budget_that_would_do() -> None:
    buffer = {"name": "a", "size": 25, "persistent": True}
    layout = solved(manifest_of(buffer, launch={"threads_per_block": 96}))
    assert layout.launch is not None
    assert layout.launch.threads_per_block == 96
    refused = solved(manifest_of(buffer, launch={"threads_per_block": 992}))
    assert (refused.status, refused.launch, refused.buffers) == ("infeasible", None, ())
    assert refused.minimum_budget_bytes == 992 * 100
    assert refused.proof.threads_per_block.status == "infeasible"


def test_one_run_that_does_not_fit_is_infeasible_with_the_least_budget() -> None:
    layout = solved(manifest_of({"name": "a", "size": 30_000}))
    assert (layout.status, layout.minimum_budget_bytes) == ("infeasible", 120_004)
    assert layout.baselines["no_sharing"].threads_per_block == 0


def test_pins_that_leave_no_place_are_an_error_of_the_manifest() -> None:
    components = [{"path": "w", "window": "contiguous"}]
    with pytest.raises(ManifestError) as caught:
        optimize(
            manifest_of(
                {"name": "low", "component": "w", "size": 2, "pinned_offset_bytes": 0},
                {"name": "high", "component": "w", "size": 2, "pinned_offset_bytes": 64},
                {"name": "between", "size": 2, "pinned_offset_bytes": 32},
                components=components,
            )
        )
    assert [problem.type for problem in caught.value.problems] == ["pinned-overlap"]
    assert "between" in caught.value.problems[0].names


def test_advice_says_what_is_live_at_the_peak_and_how_far_the_next_block_is() -> None:
    layout = solved(
        manifest_of(
            {"name": "a", "size": 100, "lifetime": [[0, 5]]},
            {"name": "b", "size": 50, "lifetime": [[4, 8]]},
        )
    )
    peak, larger = layout.advice["peak"], layout.advice["next_larger_block"]
    assert (peak["phase"], peak["live_bytes"]) == (4, 600)
    assert [one["name"] for one in peak["buffers"]] == ["a", "b"]
    assert layout.launch is not None
    assert larger["threads_per_block"] == layout.launch.threads_per_block + 32
    assert larger["run_bytes_to_go"] == 600 - larger["run_bytes_at_most"]
    assert larger["ruled_out_by_the_bound"] is True
    assert larger["enough"]["without"] == ["b", "a"]
