"""Advice for kernels whose arrays are of the block. Every claim is solved for real."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.helpers.block_kernels import block, blocks, kernel, region, with_barriers
from tests.helpers.manifests import random_manifest
from tests.helpers.solving import manifest_of, scattered_manifest, solved
from tests.solver.test_recipe_advice import _left_out, shortened, without
from warpack.solver import Manifest, load_manifest, optimize

_CHAIN = [block("a", 3000, [0, 5]), block("b", 3000, [4, 8]), block("c", 1000, [1, 3])]


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


def test_a_hand_made_layout_that_is_better_than_what_a_cut_search_found_is_called_so() -> None:
    manifest = scattered_manifest()
    best = solved(manifest)
    own = {"offsets_bytes": {one.full_name: one.offset_bytes for one in best.buffers}}
    compared = load_manifest(manifest.model_dump() | {"baseline": own})
    cut = optimize(compared, cancelled=lambda: True)
    assert cut.launch is not None
    assert best.launch is not None
    assert cut.launch.run_bytes > best.launch.run_bytes
    assert cut.advice["by_hand"] == {"better": True}
    assert optimize(compared).advice["by_hand"] == {"optimal": True}


def test_a_larger_block_may_be_had_from_the_block_region_as_well() -> None:
    """The runs leave little of the 48 KB, and the table is what would make room for 32 more."""
    mine = {"name": "mine", "size": 40, "persistent": True}
    table, other = block("table", 1500, [0, 8]), block("other", 200, [0, 8])
    manifest = manifest_of(mine, table, other, timeline={"length": 8, "barriers": "every"})
    layout = solved(manifest)
    larger = layout.advice["next_larger_block"]
    region_too = larger["block_region"]
    assert region_too["block_region_bytes_to_go"] == region(layout) - region_too["block_region_bytes_at_most"]
    assert region_too["enough"]["without"] == ["table"]
    assert not region_too["enough"]["settled"]
    grown = solved(without(manifest, "table")).launch
    assert grown is not None
    assert grown.threads_per_block >= larger["threads_per_block"]


def test_where_the_block_region_alone_is_in_the_way_only_it_is_told() -> None:
    mine = {"name": "mine", "size": 1, "persistent": True}
    manifest = manifest_of(
        mine, block("table", 12_220, [0, 8]), block("small", 30, [0, 8]), timeline={"length": 8, "barriers": "every"}
    )
    layout = solved(manifest)
    larger = layout.advice["next_larger_block"]
    assert layout.launch is not None
    assert "run_bytes_at_most" not in larger
    for name in larger["block_region"]["enough"]["without"]:
        grown = solved(without(manifest, name)).launch
        assert grown is not None
        assert grown.threads_per_block >= larger["threads_per_block"]
    assert larger["block_region"]["enough"]["without"]


def mixed(seed: int) -> Manifest:
    """Persistent buffers of runs, and arrays of the block that lie before all windows; with few barriers, or one before
    each phase."""
    random = Random(seed)
    runs = [{"name": f"r{n}", "size": random.randint(1, 30), "persistent": True} for n in range(random.randint(0, 2))]
    scratch = []
    for number in range(random.randint(2, 7)):
        start = random.randrange(7)
        scratch.append(block(f"b{number}", random.randint(100, 3000), [start, random.randint(start + 1, 8)]))
    barriers: Any = "every"
    if random.random() < 0.5:
        barriers = [{"before": phase} for phase in sorted(random.sample(range(1, 8), 3))]
    return manifest_of(
        *runs,
        *scratch,
        timeline={"length": 8, "barriers": barriers},
        launch={"max_threads_per_block": random.choice([96, 256])},
    )


@pytest.mark.parametrize("seed", range(80))
def test_every_single_change_that_is_named_for_a_random_kernel_of_both_scopes_is_enough(seed: int) -> None:
    manifest = mixed(seed)
    layout = solved(manifest)
    assert layout.launch is not None
    larger, more = layout.advice.get("next_larger_block", {}), layout.advice["one_more_block"]
    document = manifest.model_dump()
    same_block = load_manifest(
        document | {"launch": document["launch"] | {"threads_per_block": layout.launch.threads_per_block}}
    )
    for changed in _changes(manifest, larger.get("block_region", {}).get("enough", {})):
        grown = solved(changed).launch
        assert grown is not None
        assert grown.threads_per_block >= larger["threads_per_block"]
    for changed in _changes(same_block, more.get("enough", {})):
        assert blocks(solved(changed)) >= more["blocks_per_sm"]


def _changes(manifest: Manifest, enough: dict[str, Any]) -> Iterator[Manifest]:
    yield from (without(manifest, name) for name in enough.get("without", ()))
    yield from (shortened(manifest, change) for change in enough.get("shorter", ()))
    yield from (with_barriers(manifest, barrier) for barrier in enough.get("barriers", ()))
