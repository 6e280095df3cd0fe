"""Buffers of both scopes that share bytes: the threads are the most there are, by looking at every place.

More at a time: `python -m tests.helpers.both_scopes 500`.
"""

from __future__ import annotations

import pytest

from tests.helpers.both_scopes import mix_of_scopes, mix_with_aliases, wrongly_counted
from warpack.solver import load_manifest, optimize

A_BATCH = 10


@pytest.mark.parametrize("batch", range(4))
def test_the_threads_of_random_mixes_are_the_most_of_all_places(batch: int) -> None:
    first = 25 + batch * A_BATCH  # seed 24 alone takes twice as long as all these batches
    said = [wrongly_counted(seed) for seed in range(first, first + A_BATCH)]
    assert [one for one in said if one is not None] == []


@pytest.mark.parametrize("batch", range(3))
def test_so_are_those_of_mixes_with_aliases_across_the_scopes(batch: int) -> None:
    first = 1000 + batch * A_BATCH
    said = [wrongly_counted(seed, mix_with_aliases) for seed in range(first, first + A_BATCH)]
    assert [one for one in said if one is not None] == []


def test_an_alias_across_the_scopes_lets_a_block_lie_over_a_window_that_it_is_live_with() -> None:
    ring = {"name": "ring", "size": 95, "dtype": "float32", "aliases": "total"}
    kept = {"name": "kept", "size": 1, "dtype": "float32"}
    total = {"name": "total", "size": 32, "dtype": "float32", "scope": "block"}
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"max_threads_per_block": 128, "bank_conflicts": "ignore"},
        "buffers": [ring, kept, total],
    }
    layout = optimize(load_manifest(document))
    assert layout.launch is not None
    assert (layout.launch.threads_per_block, layout.status) == (128, "optimal")
    assert layout.launch.dynamic_shared_bytes == 128 * 384


def test_what_some_layout_fits_into_is_no_budget_that_is_infeasible() -> None:
    buffers = [
        {"name": "mine", "size": 1, "dtype": "float32", "aliases": "ours"},
        {"name": "ours", "size": 1, "dtype": "float32", "scope": "block"},
        {"name": "other", "size": 1, "dtype": "float32"},
    ]
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6", "shared_budget_bytes": 8},
        "launch": {"bank_conflicts": "ignore", "threads_multiple": 1},
        "buffers": buffers,
    }
    assert optimize(load_manifest(document)).status == "optimal"


def test_the_mixes_are_always_the_same_and_many_have_block_scoped_buffers_that_die() -> None:
    documents = [mix_of_scopes(seed) for seed in range(40)]
    assert documents == [mix_of_scopes(seed) for seed in range(40)]
    dying = [any(b.get("scope") == "block" and "lifetime" in b for b in one["buffers"]) for one in documents]
    assert sum(dying) > 25
