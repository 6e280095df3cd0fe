"""`solver.optimize`: every layout is verified, and what it claims is checked against a model of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from benchmarks.plain_model import fits_within
from solver import Layout, Manifest, ManifestError, load_manifest, optimize, verify
from solver.recipe import Progress
from tests.helpers.manifests import manifests, random_manifest

PHASES = 8


def manifest_of(*buffers: dict[str, Any], **fields: Any) -> Manifest:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": PHASES},
        "buffers": [{"dtype": "float32", "location": "shared", **buffer} for buffer in buffers],
    }
    return load_manifest(document | fields)


def solved(manifest: Manifest) -> Layout:
    layout = optimize(manifest)
    report = verify(manifest, layout)
    assert report.passed, [finding.message for finding in report.findings]
    return layout


def run_bytes(layout: Layout) -> int:
    assert layout.launch is not None
    return layout.launch.run_bytes


def hard_manifest(count: int = 90, limit_s: float = 30.0) -> Manifest:
    """Random lifetimes and odd sizes: far from the bound, and no search proves anything about it in a minute."""
    random = Random(5)
    buffers: list[dict[str, Any]] = []
    for number in range(count):
        start = random.randrange(50)
        end = min(60, start + random.randint(4, 25))
        buffers.append(
            {"name": f"b{number}", "size": random.randint(50, 400), "dtype": "int8", "lifetime": [[start, end]]}
        )
    return manifest_of(
        *buffers,
        timeline={"length": 60},
        solver={"time_limit_s": limit_s},
        target={"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
    )


@settings(max_examples=60, deadline=None)
@given(manifests())
def test_every_layout_of_a_random_manifest_is_verified(document: dict[str, Any]) -> None:
    solved(load_manifest(document))


@pytest.mark.parametrize("seed", range(60))
def test_every_bound_holds_against_a_second_model(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed))
    layout = solved(manifest)
    on_chip = [buffer.full_name for buffer in layout.buffers if buffer.location == "shared"]
    regions = (("run", layout.proof.run_bytes), ("block", layout.proof.block_region_bytes))
    for scope, proof in regions:
        if layout.launch is not None and proof.lower_bound_bytes:
            one_less = proof.lower_bound_bytes - 1
            assert fits_within(manifest, one_less, scope=scope, on_chip=on_chip, limit_s=2.0) != "fits"  # type: ignore[arg-type]


def test_the_second_model_answers_both_ways() -> None:
    manifest = manifest_of({"name": "a", "size": 4}, {"name": "b", "size": 4})
    assert fits_within(manifest, 32) == "fits"
    assert fits_within(manifest, 31) == "impossible"


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


def test_an_empty_buffer_and_one_that_is_never_used_take_nothing_from_others() -> None:
    layout = solved(
        manifest_of(
            {"name": "kept", "size": 6, "persistent": True},
            {"name": "empty", "size": 0, "pinned_offset_bytes": 400},
            {"name": "unused", "size": 4, "lifetime": []},
        )
    )
    assert run_bytes(layout) == 24
    assert layout.by_name["unused"].shares_bytes_with == ("kept",)
    assert layout.by_name["empty"].shares_bytes_with == ()


def test_buffers_share_bytes_when_their_lifetimes_do_not_meet() -> None:
    layout = solved(
        manifest_of({"name": "a", "size": 8, "lifetime": [[0, 3]]}, {"name": "b", "size": 8, "lifetime": [[3, 8]]})
    )
    assert run_bytes(layout) == 32
    assert layout.by_name["a"].shares_bytes_with == ("b",)


def test_pins_and_wide_alignments_are_kept() -> None:
    layout = solved(
        manifest_of(
            {"name": "pinned", "size": 5, "pinned_offset_bytes": 40},
            {"name": "wide", "size": 3, "alignment_bytes": 256},
            {"name": "small", "size": 1},
        )
    )
    assert layout.by_name["pinned"].offset_bytes == 40
    assert layout.by_name["wide"].offset_bytes == 0
    assert (run_bytes(layout), layout.status) == (60, "optimal")


def test_an_in_place_pair_shares_its_bytes_at_equal_offset() -> None:
    buffers = ({"name": "a", "size": 4, "lifetime": [[0, 2]]}, {"name": "b", "size": 4, "lifetime": [[1, 3]]})
    layout = solved(manifest_of(*buffers, in_place=[{"phase": 1, "read": "a", "write": "b"}]))
    assert run_bytes(layout) == 16
    assert run_bytes(solved(manifest_of(*buffers))) == 32


def test_apart_buffers_share_nothing_whatever_their_lifetimes() -> None:
    names = "abcde"
    buffers = [{"name": name, "size": 4, "lifetime": [[phase, phase + 1]]} for phase, name in enumerate(names)]
    ring = [[names[i], names[(i + 1) % 5]] for i in range(5)]
    layout = solved(manifest_of(*buffers, apart=ring))
    assert (run_bytes(layout), layout.status) == (48, "optimal")  # an odd ring needs three colours


def test_a_row_may_take_the_place_of_a_dead_row() -> None:
    layout = solved(
        manifest_of(
            {
                "name": "store",
                "size": 20,
                "parts": [
                    {"name": "early", "offset": 0, "size": 10, "lifetime": [[0, 2]]},
                    {"name": "late", "offset": 10, "size": 10, "lifetime": [[4, 8]]},
                ],
            },
            {"name": "early", "size": 10, "lifetime": [[0, 2]]},
            {"name": "late", "size": 10, "lifetime": [[5, 7]]},
        )
    )
    assert (run_bytes(layout), layout.status) == (80, "optimal")
    assert layout.by_name["store"].shares_bytes_with == ("early", "late")


def test_buffers_of_several_threads_share_only_across_a_barrier() -> None:
    buffers = ({"name": "a", "size": 8, "lifetime": [[0, 3]]}, {"name": "b", "size": 8, "lifetime": [[4, 8]]})
    team = {"threads_per_run": 4}
    assert run_bytes(solved(manifest_of(*buffers, launch=team))) == 64
    timeline = {"length": PHASES, "barriers": [{"before": 4, "scope": "run"}]}
    layout = solved(manifest_of(*buffers, launch=team, timeline=timeline))
    assert run_bytes(layout) == 32
    assert [(one.source, one.destination, one.barrier_before) for one in layout.handoffs] == [("a", "b", 4)]


def test_the_block_region_is_packed_and_proven_on_its_own() -> None:
    timeline = {"length": PHASES, "barriers": "every"}
    layout = solved(
        manifest_of(
            {"name": "table", "size": 64, "scope": "block", "persistent": True},
            {"name": "first", "size": 32, "scope": "block", "lifetime": [[0, 3]]},
            {"name": "second", "size": 32, "scope": "block", "lifetime": [[5, 7]]},
            {"name": "state", "size": 4},
            timeline=timeline,
        )
    )
    assert layout.launch is not None
    assert (layout.launch.block_region_bytes, layout.launch.run_bytes, layout.status) == (384, 16, "optimal")
    assert layout.proof.block_region_bytes.status == "optimal"


def test_a_contiguous_window_keeps_conflicting_buffers_out_of_its_hull() -> None:
    components = [
        {"path": "outer"},
        {"path": "outer/part", "window": "contiguous"},
        {"path": "outer/part/inner", "window": "contiguous"},
    ]
    layout = solved(
        manifest_of(
            {"name": "a", "component": "outer/part", "size": 4, "lifetime": [[0, 4]]},
            {"name": "b", "component": "outer/part/inner", "size": 9, "lifetime": [[2, 8]]},
            {"name": "c", "component": "outer/part/inner", "size": 3, "lifetime": [[0, 3]]},
            {"name": "d", "component": "outer", "size": 5, "lifetime": [[0, 8]]},
            {"name": "e", "component": "outer", "size": 7, "lifetime": [[4, 6]]},
            components=components,
        )
    )
    assert [window.path for window in layout.components] == ["outer/part", "outer/part/inner"]
    assert layout.status == "optimal"


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


def test_a_warm_start_is_an_incumbent_where_it_is_legal_and_ignored_where_not() -> None:
    manifest = hard_manifest(40, 0.5)
    first = solved(manifest)
    offsets = {buffer.full_name: buffer.offset_bytes for buffer in first.buffers}
    document = manifest.model_dump()
    document["solver"] |= {"warm_start": offsets, "time_limit_s": 0.05}
    assert run_bytes(solved(load_manifest(document))) <= run_bytes(first)
    document["solver"] |= {"warm_start": dict.fromkeys(offsets, 0)}
    solved(load_manifest(document))


def test_the_same_manifest_gives_the_same_layout() -> None:
    for seed in (3, 11, 12):
        manifest = load_manifest(random_manifest(seed, 16))
        first, second = optimize(manifest).model_dump(), optimize(manifest).model_dump()
        assert first["status"] == "optimal"
        del first["run_info"], second["run_info"]
        assert first == second


def test_a_time_limit_leaves_an_honest_interval() -> None:
    layout = solved(hard_manifest(limit_s=0.4))
    proof = layout.proof.run_bytes
    assert (layout.status, proof.status) == ("feasible", "feasible")
    assert proof.lower_bound_bytes < run_bytes(layout)


def test_progress_tells_every_better_packing_and_bound() -> None:
    seen: list[Progress] = []
    layout = optimize(hard_manifest(limit_s=1.0), on_progress=seen.append)
    assert seen
    assert seen[-1].run_bytes == run_bytes(layout)
    assert [one.run_bytes for one in seen] == sorted((one.run_bytes for one in seen), reverse=True)
    assert [one.lower_bound_bytes for one in seen] == sorted(one.lower_bound_bytes for one in seen)
    assert all(one.threads_per_block for one in seen)


def test_cancelling_ends_a_long_search_with_the_best_so_far() -> None:
    begun = time.monotonic()
    manifest = hard_manifest(limit_s=60.0)
    layout = optimize(manifest, cancelled=lambda: time.monotonic() - begun > 1.0)
    assert verify(manifest, layout).passed
    assert layout.status == "feasible"
    assert layout.run_info.seconds < 30


def test_many_buffers_are_packed_without_looking_at_all_pairs() -> None:
    random = Random(1)
    buffers = []
    for number in range(3000):
        start = random.randrange(1990)
        buffers.append(
            {
                "name": f"b{number}",
                "size": random.choice([1, 2, 8]),
                "lifetime": [[start, start + random.randint(1, 10)]],
            }
        )
    layout = solved(manifest_of(*buffers, timeline={"length": 2000}, solver={"time_limit_s": 5}))
    assert layout.proof.run_bytes.lower_bound_bytes <= run_bytes(layout)


def test_lists_of_shared_bytes_stay_empty_where_they_would_be_endless() -> None:
    buffers = [{"name": f"b{number}", "size": 1, "lifetime": [[number, number + 1]]} for number in range(1200)]
    layout = solved(manifest_of(*buffers, timeline={"length": 1200}))
    assert (run_bytes(layout), layout.status) == (4, "optimal")
    assert [warning.type for warning in layout.warnings] == ["shares-not-listed"]
    assert all(buffer.shares_bytes_with == () for buffer in layout.buffers)


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
    assert larger["buffers_at_peak_as_large"] == ["a", "b"]


def test_most_layouts_need_no_solver_library() -> None:
    script = (
        "import sys; from solver import load_manifest, optimize\n"
        "layout = optimize(load_manifest({'schema': 'warpack/manifest/1', 'target': {'compute_capability': '8.6'},"
        " 'buffers': [{'name': 'a', 'size': 4, 'dtype': 'float32', 'location': 'shared'}]}))\n"
        "assert layout.status == 'optimal'\n"
        "print([name for name in ('ortools', 'numpy', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
