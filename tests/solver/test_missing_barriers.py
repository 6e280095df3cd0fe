"""Barriers that are missing, with what they save. Every claim is solved for real."""

from __future__ import annotations

import pytest

from tests.helpers.block_kernels import block, blocks, kernel, region, with_barriers
from tests.helpers.machine.programs import random_programs
from tests.helpers.manifests import random_manifest
from tests.helpers.solving import solved
from tests.helpers.sweeps import seeds
from warpack.solver import Layout, Manifest, load_manifest, optimize

_UNORDERED = {"length": 8, "barriers": []}


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


@pytest.mark.parametrize("seed", seeds(60))
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


def test_a_barrier_is_not_praised_for_what_the_packing_wastes() -> None:
    """No barrier before the first phase of a straight program orders anything. First fit alone finds fewer bytes than
    the packing of these."""
    parts = (
        [("x", 0, 256, [[2, 3]]), ("y", 256, 256, [[1, 3]])],
        [("x", 0, 2880, [[0, 1]]), ("y", 2880, 2880, [[2, 3]])],
    )
    told = [
        [{"name": name, "offset": at, "size": size, "lifetime": when} for name, at, size, when in each]
        for each in parts
    ]
    buffers = [
        {"name": "b0", "size": 128, "lifetime": [[3, 4]], "alignment_bytes": 128},
        {"name": "b1", "size": 928, "dtype": "float64", "lifetime": [[0, 2]], "scope": "block"},
        {"name": "b2", "size": 37, "lifetime": [[3, 4]]},
        {"name": "b3", "size": 32, "dtype": "float16", "lifetime": [[0, 1]]},
        {"name": "b4", "size": 512, "scope": "block", "parts": told[0], "splittable": False},
        {"name": "b5", "size": 48, "lifetime": [[2, 3]]},
        {"name": "b6", "size": 24, "dtype": "float64", "lifetime": [[3, 4]]},
        {"name": "b7", "size": 5760, "scope": "block", "parts": told[1], "splittable": True},
        {"name": "b8", "size": 1260, "lifetime": [[0, 4]], "scope": "block"},
    ]
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "7.5", "static_shared_bytes": 1000},
        "launch": {"max_threads_per_block": 512},
        "timeline": {"length": 4, "barriers": [{"before": 3}]},
        "buffers": [{"dtype": "float32"} | buffer for buffer in buffers],
    }
    layout = optimize(load_manifest(document))
    assert not any(one["run_bytes_saved"] for one in layout.advice.get("barriers", ()))
