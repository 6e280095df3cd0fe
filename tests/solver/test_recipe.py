"""`warpack.optimize`: every feature of the format, every layout verified, every bound put to a second model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from benchmarks.plain_model import fits_within
from tests.helpers.manifests import manifests, random_manifest
from tests.helpers.solving import PHASES, manifest_of, run_bytes, solved
from tests.helpers.sweeps import times
from warpack.solver import load_manifest


@settings(max_examples=times(60))
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
            assert fits_within(manifest, one_less, scope=scope, on_chip=on_chip, limit_s=2.0) != "fits"  # type: ignore[arg-type]  # a plain str


def test_the_second_model_answers_both_ways() -> None:
    manifest = manifest_of({"name": "a", "size": 4}, {"name": "b", "size": 4})
    assert fits_within(manifest, 32) == "fits"
    assert fits_within(manifest, 31) == "impossible"


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
    assert [(one.source, one.destination, one.barrier) for one in layout.handoffs] == [("a", "b", 4)]


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
