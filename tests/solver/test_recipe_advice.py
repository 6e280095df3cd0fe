"""Advice: what holds the peak, and which single change would bring the next larger block. Every claim is solved for
real."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.manifests import random_manifest
from tests.helpers.solving import manifest_of, solved
from warpack.solver import Layout, Manifest, left_out, load_manifest


def without(manifest: Manifest, name: str) -> Manifest:
    document = manifest.model_dump()
    for buffer in document["buffers"]:
        full_name = f"{buffer['component']}/{buffer['name']}" if buffer["component"] else buffer["name"]
        if full_name == name:
            buffer |= {"size": 0, "splittable": False, "parts": []}
            del buffer["parts"]
    return load_manifest(document)


def shortened(manifest: Manifest, change: dict[str, Any]) -> Manifest:
    """The manifest with one plain lifetime cut by the phase that the change names."""
    document = manifest.model_dump()
    buffer = next(one for one in document["buffers"] if one["name"] == change["name"])
    phase = change["phase"]
    for interval in buffer["lifetime"]:
        if change["change"] == "ends_earlier" and interval[1] == phase + 1:
            interval[1] = phase
        elif change["change"] == "starts_later" and interval[0] == phase:
            interval[0] = phase + 1
    return load_manifest(document)


def threads(layout: Layout) -> int:
    return layout.launch.threads_per_block if layout.launch else 0


_CHAIN = [
    {"name": "a", "size": 100, "lifetime": [[0, 5]]},
    {"name": "b", "size": 100, "lifetime": [[4, 8]]},
    {"name": "c", "size": 40, "lifetime": [[1, 3]]},
]


def test_the_one_phase_in_which_two_buffers_meet_is_what_lowers_the_peak() -> None:
    manifest = manifest_of(*_CHAIN)
    peak = solved(manifest).advice["peak"]
    assert (peak["phase"], peak["live_bytes"]) == (4, 800)
    assert peak["lowered_by"] == [
        {"name": "a", "change": "ends_earlier", "phase": 4, "phase_name": "4", "live_bytes": 560},
        {"name": "b", "change": "starts_later", "phase": 4, "phase_name": "4", "live_bytes": 560},
    ]
    for change in peak["lowered_by"]:
        assert solved(shortened(manifest, change)).advice["peak"]["live_bytes"] == change["live_bytes"]


def test_a_peak_that_is_reached_twice_or_lasts_is_lowered_by_no_single_phase() -> None:
    twice = [*_CHAIN, {"name": "d", "size": 60, "lifetime": [[1, 3]]}]
    lasting = [{"name": "a", "size": 9, "lifetime": [[0, 5]]}, {"name": "b", "size": 9, "lifetime": [[3, 8]]}]
    assert "lowered_by" not in solved(manifest_of(*twice)).advice["peak"]
    assert "lowered_by" not in solved(manifest_of(*lasting)).advice["peak"]


def test_single_changes_that_are_enough_for_the_next_block_are_enough_when_made() -> None:
    manifest = manifest_of(*_CHAIN)
    larger = solved(manifest).advice["next_larger_block"]
    enough = larger["enough"]
    assert enough["without"] == ["a", "b"]
    assert [(one["name"], one["change"]) for one in enough["shorter"]] == [("a", "ends_earlier"), ("b", "starts_later")]
    assert enough["settled"]
    for name in enough["without"]:
        assert threads(solved(without(manifest, name))) >= larger["threads_per_block"]
    for change in enough["shorter"]:
        assert threads(solved(shortened(manifest, change))) >= larger["threads_per_block"]


def test_settled_and_empty_means_that_no_single_change_helps() -> None:
    pairs = [
        {"name": f"{one}{start}", "size": 100, "lifetime": [[start, start + 3]]} for start in (0, 5) for one in "ab"
    ]
    manifest = manifest_of(*pairs)
    larger = solved(manifest).advice["next_larger_block"]
    assert larger["enough"] == {"without": [], "shorter": [], "settled": True}
    for buffer in manifest:
        assert threads(solved(without(manifest, buffer.full_name))) < larger["threads_per_block"]


def test_contents_carried_round_a_loop_have_no_end_that_could_be_earlier() -> None:
    carried = [
        {"name": "a", "size": 100, "lifetime": [[4, 2]]},
        {"name": "b", "size": 100, "lifetime": [[5, 6]]},
    ]
    advice = solved(manifest_of(*carried, timeline={"length": 8, "loops": [[0, 6]]})).advice
    assert "lowered_by" not in advice["peak"]
    assert advice["next_larger_block"]["enough"]["shorter"] == []


@pytest.mark.parametrize("before", [[5], [4, 5]])
def test_threads_that_share_a_buffer_need_a_barrier_before_the_phase_that_is_given_up(before: list[int]) -> None:
    barriers = [{"before": phase, "scope": "block"} for phase in before]
    manifest = manifest_of(*_CHAIN[:2], timeline={"length": 8, "barriers": barriers}, launch={"threads_per_run": 4})
    advice = solved(manifest).advice
    assert ("lowered_by" in advice["peak"]) == (4 in before)
    if 4 in before:
        assert advice["next_larger_block"]["enough"]["shorter"]
        for change in advice["next_larger_block"]["enough"]["shorter"]:
            assert threads(solved(shortened(manifest, change))) >= advice["next_larger_block"]["threads_per_block"]


def test_a_buffer_that_alone_has_wide_elements_is_weighed_with_the_stride_it_leaves() -> None:
    buffers = [
        {"name": "wide", "size": 8, "dtype": "float64", "persistent": True},
        {"name": "a", "size": 64, "persistent": True},
        {"name": "b", "size": 12, "lifetime": [[0, 4]]},
    ]
    manifest = manifest_of(*buffers)
    larger = solved(manifest).advice["next_larger_block"]
    for name in larger["enough"]["without"]:
        assert threads(solved(without(manifest, name))) >= larger["threads_per_block"]


def test_auto_buffers_on_free_bytes_do_not_count_towards_the_next_block() -> None:
    auto = {"name": "extra", "size": 1, "location": "auto", "accesses": 5, "lifetime": [[0, 8]]}
    target = {"compute_capability": "8.6", "shared_budget_bytes": 32 * 1000}
    with_auto = solved(manifest_of(*_CHAIN, auto, target=target))
    plain = solved(manifest_of(*_CHAIN, target=target))
    assert with_auto.by_name["extra"].location == "shared"
    assert (
        with_auto.advice["next_larger_block"]["run_bytes_to_go"] == plain.advice["next_larger_block"]["run_bytes_to_go"]
    )


@pytest.mark.parametrize("seed", range(80))
def test_what_is_said_to_be_enough_in_random_manifests_is(seed: int) -> None:
    document = random_manifest(seed, 12)
    manifest = load_manifest(document | {"objective": "threads_per_block"})
    layout = solved(manifest)
    larger = layout.advice.get("next_larger_block", {})
    for name in larger.get("enough", {}).get("without", ()):
        smaller = _left_out(manifest, name)
        if smaller is not None:
            assert threads(solved(smaller)) >= larger["threads_per_block"]


def _left_out(manifest: Manifest, name: str) -> Manifest | None:
    """The manifest without a buffer; None where something else in it names that buffer."""
    named = {one for pair in manifest.apart for one in pair}
    named |= {one.partition("#")[0] for pair in manifest.in_place for one in (pair.read, pair.write)}
    named |= {alias for buffer in manifest for alias in buffer.aliases}
    return None if name in named or manifest.by_name[name].aliases else without(manifest, name)


def test_the_buffer_that_decides_the_stride_is_weighed_by_the_stride_without_it() -> None:
    """17 words of 4 bytes are no conflict for themselves; beside 8-byte elements they become 72 bytes. Once `wide` has
    gone, a run may take 68: more than with any stride that 8-byte elements like."""
    buffers = [
        {"name": "wide", "size": 1, "dtype": "float64", "persistent": True},
        *({"name": f"n{number}", "size": 1, "persistent": True} for number in range(17)),
    ]
    target = {"compute_capability": "8.6", "shared_budget_bytes": 68 * 64}
    manifest = manifest_of(*buffers, target=target)
    larger = solved(manifest).advice["next_larger_block"]
    assert (larger["threads_per_block"], larger["run_bytes_at_most"]) == (64, 56)
    assert larger["enough"] == {"without": ["wide"], "shorter": [], "settled": True}
    assert threads(solved(without(manifest, "wide"))) == 64


_PHASES = ["heat_41", "heat_44", "heat_50", "forward", "backward", "heat_53", "heat_55"]
_HEAT = {
    "timeline": {"phases": _PHASES, "loops": [["heat_44", "heat_53"]]},
    "in_place": [{"phase": "heat_50", "read": "temperature", "write": "right"}],
}
_RODS = [
    {"name": name, "size": 16, "lifetime": lifetime}
    for name, lifetime in (
        ("temperature", [["heat_41", "heat_50"], ["heat_53", "heat_55"]]),
        ("conductivity", [["heat_44", "forward"]]),
        ("diagonal", [["heat_44", "forward"]]),
        ("right", [["heat_50", "backward"]]),
        ("ratio", [["forward", "backward"]]),
        ("solution", [["backward", "heat_53"]]),
        ("flux", [["heat_55", "heat_55"]]),
    )
]
"""The buffers of docs/tutorial.md."""


def test_every_buffer_of_a_small_region_is_tried() -> None:
    manifest = manifest_of(*_RODS, **_HEAT)
    layout = solved(manifest)
    larger = layout.advice["next_larger_block"]
    enough = [
        name
        for name in layout.by_name
        if threads(solved(left_out.without(manifest, name))) >= larger["threads_per_block"]
    ]
    assert sorted(larger["enough"]["without"]) == sorted(enough) == ["conductivity", "diagonal", "ratio", "right"]
    assert not larger["enough"]["settled"]  # a loop goes round it, so not every shorter lifetime is known


def test_no_shorter_lifetime_is_told_that_would_change_what_a_loop_carries() -> None:
    """Without phase 3, the first stretch of `twice` would be come back to, and be kept all the way round."""
    twice = {"name": "twice", "size": 28, "lifetime": [[0, 2], [3, 5]]}
    others = {"name": "b", "size": 40, "lifetime": [[2, 3]]}, {"name": "c", "size": 60, "lifetime": [[3, 4]]}
    manifest = manifest_of(twice, *others, timeline={"length": 5, "loops": [[1, 4]]})
    advice = solved(manifest).advice
    assert "lowered_by" not in advice["peak"]
    assert advice["next_larger_block"]["enough"]["shorter"] == []
    assert advice["next_larger_block"]["enough"]["settled"] is False


def test_nothing_is_settled_where_a_change_could_make_room_for_the_block_over_windows() -> None:
    buffers = [
        {"name": "tail", "size": 264, "dtype": "float16", "scope": "block", "lifetime": [[2, 3]]},
        {"name": "w", "size": 80, "dtype": "float64", "lifetime": [[2, 3]]},
        {"name": "big", "size": 6400, "scope": "block", "lifetime": [[0, 3]]},
        {"name": "end", "size": 1280, "scope": "block", "lifetime": [[3, 4]]},
    ]
    document = {
        "target": {"compute_capability": "8.0"},
        "launch": {"threads_per_run": 4, "max_threads_per_block": 256},
        "timeline": {"length": 4, "barriers": [{"before": 2}, {"before": 3}]},
    }
    manifest = manifest_of(*buffers, **document)
    larger = solved(manifest).advice["next_larger_block"]
    assert threads(solved(without(manifest, "big"))) >= larger["threads_per_block"]
    assert larger["enough"]["settled"] is False
