"""Advice for kernels whose arrays are of the block. Every claim is solved for real."""

from __future__ import annotations

from typing import Any

import pytest

from solver import Layout, Manifest, load_manifest, optimize
from tests.helpers.machine.programs import random_programs
from tests.helpers.manifests import random_manifest
from tests.helpers.solving import manifest_of, solved
from tests.solver.test_recipe_advice import _left_out, shortened, without


def block(name: str, size: int, *lifetime: list[int], **fields: Any) -> dict[str, Any]:
    return {"name": name, "size": size, "scope": "block", "lifetime": list(lifetime)} | fields


def kernel(*buffers: dict[str, Any], threads: int = 128, **fields: Any) -> Manifest:
    """Eight phases with a barrier before each, on 100 KB of shared memory a multiprocessor."""
    rules: dict[str, Any] = {
        "timeline": {"length": 8, "barriers": "every"},
        "launch": {"threads_per_block": threads},
        "target": {"compute_capability": "8.6", "registers_per_thread": 32},
    }
    return manifest_of(*buffers, **(rules | fields))


def blocks(layout: Layout) -> int:
    return layout.launch.occupancy.blocks_per_sm if layout.launch else 0


def region(layout: Layout) -> int:
    return layout.launch.block_region_bytes if layout.launch else 0


def with_barriers(manifest: Manifest, barrier: dict[str, Any]) -> Manifest:
    """The manifest with a barrier of the block before each of the phases that a piece of advice names."""
    document = manifest.model_dump()
    for place in barrier["before"]:
        timeline = document["timeline"]
        if place["component"]:
            timeline = next(one for one in document["components"] if one["path"] == place["component"])["timeline"]
        timeline["barriers"].append({"before": place["phase"], "scope": "block"})
    return load_manifest(document)


_CHAIN = [block("a", 3000, [0, 5]), block("b", 3000, [4, 8]), block("c", 1000, [1, 3])]
_UNORDERED = {"length": 8, "barriers": []}


def test_the_peak_of_the_block_and_what_lowers_it_are_named() -> None:
    manifest = kernel(*_CHAIN)
    advice = solved(manifest).advice
    peak = advice["block_peak"]
    assert "peak" not in advice
    assert (peak["phase"], peak["live_bytes"]) == (4, 24_000)
    assert [(one["name"], one["change"]) for one in peak["lowered_by"]] == [
        ("a", "ends_earlier"),
        ("b", "starts_later"),
    ]
    for change in peak["lowered_by"]:
        assert solved(shortened(manifest, change)).advice["block_peak"]["live_bytes"] == change["live_bytes"]


def test_single_changes_that_are_enough_for_one_more_block_are_enough_when_made() -> None:
    manifest = kernel(*_CHAIN)
    layout = solved(manifest)
    more = layout.advice["one_more_block"]
    assert (more["blocks_per_sm"], more["bytes_to_go"]) == (
        blocks(layout) + 1,
        region(layout) - more["block_region_bytes_at_most"],
    )
    assert more["ruled_out_by_the_bound"]
    assert more["enough"]["without"] == ["a", "b"]
    assert [one["name"] for one in more["enough"]["shorter"]] == ["a", "b"]
    for name in more["enough"]["without"]:
        assert blocks(solved(without(manifest, name))) >= more["blocks_per_sm"]
    for change in more["enough"]["shorter"]:
        assert blocks(solved(shortened(manifest, change))) >= more["blocks_per_sm"]
    assert more["enough"]["settled"]
    assert blocks(solved(without(manifest, "c"))) < more["blocks_per_sm"]


def test_the_bytes_to_go_are_exact() -> None:
    """A block of so many bytes is resident once more often, one of four bytes more is not."""
    more = solved(kernel(*_CHAIN)).advice["one_more_block"]
    at_most = more["dynamic_shared_bytes_at_most"]
    assert blocks(solved(kernel(block("only", at_most // 4, [0, 8])))) == more["blocks_per_sm"]
    assert blocks(solved(kernel(block("only", at_most // 4 + 1, [0, 8])))) == more["blocks_per_sm"] - 1


@pytest.mark.parametrize(
    ("limit", "threads", "registers", "size"),
    [("warps", 1024, 32, 4000), ("registers", 256, 128, 4000), ("blocks", 32, 16, 100)],
)
def test_where_bytes_do_not_help_the_resource_that_limits_is_named(
    limit: str, threads: int, registers: int, size: int
) -> None:
    target = {"compute_capability": "8.6", "registers_per_thread": registers}
    layout = solved(kernel(block("a", size, [0, 8]), threads=threads, target=target))
    more = layout.advice["one_more_block"]
    assert limit in more["limited_by"]
    assert more["blocks_per_sm"] == blocks(layout) + 1
    assert blocks(solved(kernel(block("a", 1, [0, 8]), threads=threads, target=target))) == blocks(layout)


def test_static_shared_memory_may_be_what_limits() -> None:
    target = {"compute_capability": "8.6", "static_shared_bytes": 40_000}
    layout = solved(kernel(block("a", 100, [0, 8]), target=target))
    assert layout.advice["one_more_block"]["limited_by"] == ["static shared memory"]


def test_beside_runs_the_region_is_what_the_windows_leave() -> None:
    mine = {"name": "mine", "size": 8, "lifetime": [[0, 8]]}
    manifest = kernel(*_CHAIN, mine)
    layout = solved(manifest)
    more = layout.advice["one_more_block"]
    assert more["enough"]["without"]
    for name in more["enough"]["without"]:
        assert blocks(solved(without(manifest, name))) >= more["blocks_per_sm"]


def test_the_buffer_that_alone_has_the_widest_alignment_is_weighed_without_it() -> None:
    """Static bytes are rounded up to 1024 on its behalf."""
    target = {"compute_capability": "8.6", "static_shared_bytes": 8, "registers_per_thread": 32}
    buffers = [block("wide", 4, [0, 8], alignment_bytes=1024), block("rest", 4800, [0, 8])]
    manifest = kernel(*buffers, target=target)
    more = solved(manifest).advice["one_more_block"]
    for buffer in manifest:
        told = buffer.full_name in more["enough"]["without"]
        assert told == (blocks(solved(without(manifest, buffer.full_name))) >= more["blocks_per_sm"])


def test_a_missing_barrier_is_named_with_its_saving_and_its_blocks() -> None:
    manifest = kernel(block("a", 3000, [0, 4]), block("b", 3000, [4, 8]), timeline=_UNORDERED)
    layout = solved(manifest)
    (barrier,) = layout.advice["barriers"]
    assert barrier == {
        "before": [{"component": "", "phase": 4, "phase_name": "4"}],
        "run_bytes_saved": 0,
        "block_region_bytes_saved": 12_000,
    }
    mended = solved(with_barriers(manifest, barrier))
    assert region(layout) - region(mended) == 12_000
    assert layout.advice["one_more_block"]["enough"]["barriers"] == [barrier]
    assert blocks(mended) >= layout.advice["one_more_block"]["blocks_per_sm"]
    told = [one.message for one in layout.warnings if one.type == "no_barrier_no_sharing"]
    assert told
    assert all("before 4 saves 12000 of 24000 bytes of the block region." in one for one in told)
    assert "barriers" not in mended.advice


def test_barriers_that_save_only_together_are_named_together() -> None:
    """`a` is reused by `b`, and `c` by `d`: one of the two alone leaves the peak where it is."""
    pairs = [
        block("a", 1000, [0, 2]),
        block("b", 1000, [2, 3]),
        block("c", 1000, [3, 5]),
        block("d", 1000, [5, 6]),
        block("e", 3000, [0, 8]),
    ]
    manifest = kernel(*pairs, timeline={"length": 8, "barriers": []})
    layout = solved(manifest)
    for barrier in layout.advice["barriers"]:
        assert (
            region(layout) - region(solved(with_barriers(manifest, barrier))) >= barrier["block_region_bytes_saved"] > 0
        )


def test_a_barrier_of_a_component_is_named_with_its_component() -> None:
    manifest = kernel(
        block("a", 500, [0, 2], component="child"),
        block("b", 500, [2, 4], component="child"),
        timeline={"length": 3, "barriers": []},
        components=[{"path": "child", "timeline": {"length": 4, "barriers": []}, "called_in": [1]}],
    )
    layout = solved(manifest)
    (barrier,) = layout.advice["barriers"]
    assert barrier["before"] == [{"component": "child", "phase": 2, "phase_name": "2"}]
    assert (
        region(layout) - region(solved(with_barriers(manifest, barrier))) == barrier["block_region_bytes_saved"] == 2000
    )


def test_no_barrier_is_offered_where_not_all_threads_come_by() -> None:
    arms = {"length": 8, "branches": [{"arms": [[2, 6]], "may_skip": True}]}
    buffers = block("a", 100, [2, 4]), block("b", 100, [4, 6])
    assert "barriers" not in solved(kernel(*buffers, timeline=arms)).advice
    uniform = {"length": 8, "branches": [{"arms": [[2, 6]], "may_skip": True, "uniform": "block"}]}
    (barrier,) = solved(kernel(*buffers, timeline=uniform)).advice["barriers"]
    assert barrier["before"][0]["phase"] == 4


def test_barriers_between_the_threads_of_a_run_are_offered_too() -> None:
    mine = [{"name": name, "size": 64, "lifetime": [[n * 4, n * 4 + 4]]} for n, name in enumerate("ab")]
    manifest = kernel(*mine, timeline=_UNORDERED, launch={"threads_per_run": 4})
    layout = solved(manifest)
    (barrier,) = layout.advice["barriers"]
    assert barrier["run_bytes_saved"] == 256
    mended = solved(with_barriers(manifest, barrier)).launch
    assert layout.launch is not None
    assert mended is not None
    assert layout.launch.run_bytes - mended.run_bytes == 256


@pytest.mark.parametrize("seed", range(150))
def test_barriers_of_random_manifests_save_at_least_what_is_told(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed, 12))
    _check_barriers(manifest, optimize(manifest))


def test_barriers_of_random_programs_save_at_least_what_is_told() -> None:
    for _, program in random_programs(7, 60):
        _check_barriers(program, optimize(program))


def _check_barriers(manifest: Manifest, layout: Layout) -> None:
    for barrier in layout.advice.get("barriers", ())[:2]:
        mended = solved(with_barriers(manifest, barrier))
        if layout.launch is not None and mended.launch is not None and mended.status == "optimal":
            if barrier["run_bytes_saved"]:
                assert layout.launch.run_bytes - mended.launch.run_bytes >= barrier["run_bytes_saved"]
            if barrier["block_region_bytes_saved"]:
                assert region(layout) - region(mended) >= barrier["block_region_bytes_saved"]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_said_to_bring_one_more_block_in_random_manifests_does(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed, 12))
    layout = solved(manifest)
    more = layout.advice.get("one_more_block", {})
    if layout.launch is None or "enough" not in more:
        return
    fixed = {"threads_per_block": layout.launch.threads_per_block}
    for name in more["enough"]["without"]:
        smaller = _left_out(manifest, name)
        if smaller is not None and not any(one.location == "auto" for one in manifest):
            document = smaller.model_dump()
            again = solved(load_manifest(document | {"launch": document["launch"] | fixed}))
            assert blocks(again) >= more["blocks_per_sm"]


def test_a_hand_made_layout_that_cannot_be_beaten_is_called_optimal() -> None:
    own = {"offsets_bytes": {"a": 0, "b": 12_000, "c": 12_000}}
    assert solved(kernel(*_CHAIN, baseline=own)).advice["by_hand"] == {"optimal": True}


@pytest.mark.parametrize(
    "own",
    [
        {"offsets_bytes": {"a": 0, "b": 12_000, "c": 24_000}},
        {"offsets_bytes": {"a": 0, "b": 0, "c": 20_000}},
        {"offsets_bytes": {"a": 0, "b": 12_000, "c": 12_000}, "threads_per_block": 64},
    ],
    ids=["more bytes", "a broken rule", "other threads"],
)
def test_a_hand_made_layout_that_is_larger_wrong_or_launched_otherwise_is_not(own: dict[str, Any]) -> None:
    assert "by_hand" not in solved(kernel(*_CHAIN, baseline=own)).advice
