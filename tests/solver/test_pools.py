"""Pools: one arena of any size, without threads and without a budget."""

from __future__ import annotations

import json

import pytest

from tests.helpers.pools import least_pool_bytes, pool_document, pool_of, random_pool
from tests.helpers.solving import solved
from warpack.solver import Layout, load_manifest, optimize, read_layout, verify
from warpack.solver.search.core.options import SearchOptions
from warpack.solver.verifier.proving import prove

GIB = 2**30


def pool_bytes(layout: Layout) -> int:
    assert layout.pool is not None
    return layout.pool.pool_bytes


@pytest.mark.parametrize("seed", range(60))
def test_a_small_pool_is_as_small_as_every_order_can_make_it(seed: int) -> None:
    document = random_pool(seed)
    layout = solved(load_manifest(document))
    assert (layout.status, pool_bytes(layout)) == ("optimal", least_pool_bytes(document))


def test_an_arena_may_be_larger_than_any_gpu_and_its_numbers_stay_exact() -> None:
    manifest = pool_of(
        {"name": "weights", "size": 300 * GIB + 1, "lifetime": [[0, 8]]},
        {"name": "first", "size": 40 * GIB, "lifetime": [[0, 4]], "alignment_bytes": 2**21},
        {"name": "second", "size": 40 * GIB, "lifetime": [[4, 8]]},
    )
    layout = solved(manifest)
    assert pool_bytes(layout) == 340 * GIB + 1
    assert layout.pool is not None
    assert layout.pool.base_alignment_bytes == 2**21
    assert read_layout(layout.model_dump_json().encode()) == layout


def test_two_buffers_share_bytes_where_neither_is_needed_by_the_other_without_any_barrier() -> None:
    layout = solved(
        pool_of({"name": "a", "size": 10, "lifetime": [[0, 3]]}, {"name": "b", "size": 10, "lifetime": [[3, 5]]})
    )
    assert pool_bytes(layout) == 10
    assert layout.by_name["a"].shares_bytes_with == ("b",)
    assert {placed.region for placed in layout.buffers} == {"pool"}
    assert layout.handoffs == ()


def test_parts_pins_in_place_pairs_and_windows_mean_what_they_mean_in_a_block() -> None:
    layout = solved(
        load_manifest(
            pool_document(
                {"name": "pinned", "size": 16, "pinned_offset_bytes": 32, "lifetime": [[0, 8]]},
                {"name": "read", "component": "net", "size": 8, "lifetime": [[0, 3]]},
                {"name": "write", "component": "net", "size": 8, "lifetime": [[2, 6]]},
                {
                    "name": "rows",
                    "size": 8,
                    "parts": [
                        {"offset": 0, "size": 4, "lifetime": [[0, 2]]},
                        {"offset": 4, "size": 4, "lifetime": [[0, 8]]},
                    ],
                    "splittable": True,
                },
                components=[{"path": "net", "window": "contiguous"}],
                in_place=[{"phase": 2, "read": "net/read", "write": "net/write"}],
            )
        )
    )
    assert layout.by_name["pinned"].offset_bytes == 32
    assert layout.by_name["net/read"].offset_bytes == layout.by_name["net/write"].offset_bytes
    assert [(window.path, window.region, window.size_bytes) for window in layout.components] == [("net", "pool", 8)]
    assert pool_bytes(layout) == 48


def test_a_manifest_of_a_pool_is_read_back_as_it_was_and_has_neither_target_nor_launch() -> None:
    manifest = load_manifest(random_pool(7) | {"baseline": None})
    document = json.loads(manifest.model_dump_json())
    assert not {"target", "launch", "frontier"} & document.keys()
    again = load_manifest(document)
    assert (again, again.sha256) == (manifest, manifest.sha256)


def test_objectives_are_part_of_what_is_hashed() -> None:
    document = pool_document({"name": "a", "size": 4})
    block = document | {"objective": "shared_bytes", "target": {"compute_capability": "8.6"}}
    assert load_manifest(document).sha256 != load_manifest(block).sha256


def test_the_bytes_of_a_pool_are_those_of_one_thread_of_a_block() -> None:
    for seed in range(20):
        document = random_pool(seed) | {"apart": []}
        for buffer in document["buffers"]:
            buffer["size"] = min(buffer["size"], 64)
        block = document | {"objective": "shared_bytes", "target": {"compute_capability": "9.0"}}
        of_block = solved(load_manifest(block)).launch
        assert of_block is not None
        assert pool_bytes(solved(load_manifest(document))) == of_block.run_bytes


def test_the_users_own_arena_is_compared_and_its_broken_rules_are_named() -> None:
    buffers = (
        {"name": "a", "size": 100, "lifetime": [[0, 4]]},
        {"name": "b", "size": 100, "lifetime": [[3, 6]], "alignment_bytes": 8},
    )
    sound = solved(pool_of(*buffers, baseline={"offsets_bytes": {"a": 0, "b": 104}, "pool_bytes": 512}))
    assert (sound.baselines["by_hand"].pool_bytes, sound.baselines["by_hand"].broken) == (512, ())
    assert sound.baselines["no_sharing"].pool_bytes == 204
    broken = solved(pool_of(*buffers, baseline={"offsets_bytes": {"a": 0, "b": 50}})).baselines["by_hand"].broken
    assert [(one.rule, one.region, one.buffers) for one in broken] == [
        ("misaligned", "pool", ("b",)),
        ("overlap", "pool", ("a", "b")),
    ]


def test_a_search_that_was_cut_short_says_what_is_open() -> None:
    document = pool_document(
        *({"name": f"b{n}", "size": 3 + n * 7 % 11, "lifetime": [[n % 7, 7 + (n * 5) % 9]]} for n in range(40)),
        timeline={"length": 16},
    )
    layout = optimize(load_manifest(document), cancelled=lambda: True)
    proof = layout.proof.pool_bytes
    assert proof is not None
    assert layout.status == proof.status
    assert proof.lower_bound_bytes <= pool_bytes(layout)
    assert verify(load_manifest(document), layout).passed


def test_progress_tells_of_the_pool_and_of_no_threads() -> None:
    told = []
    document = pool_document(*({"name": f"b{n}", "size": 5 + n, "lifetime": [[n, n + 2]]} for n in range(6)))
    optimize(load_manifest(document), on_progress=told.append)
    assert all(one.threads_per_block is None for one in told)


def test_a_bound_that_rests_on_a_search_is_put_to_the_second_model() -> None:
    """Five buffers round a circle of conflicts: no three of them meet, and yet two layers of bytes are too few."""
    document = pool_document(
        *({"name": f"b{n}", "size": 10, "lifetime": [[n, n + 1]]} for n in range(5)),
        apart=[[f"b{n}", f"b{(n + 1) % 5}"] for n in range(5)],
    )
    manifest = load_manifest(document)
    layout = solved(manifest)
    assert (layout.status, pool_bytes(layout)) == ("optimal", 30)
    assert verify(manifest, layout).by_search == ("pool_bytes",)
    assert [(one.what, one.verdict) for one in prove(manifest, layout)] == [("pool_bytes", "confirmed")]


def test_a_thousand_intervals_of_megabytes_are_solved_and_verified() -> None:
    buffers = [
        {"name": f"b{n}", "size": (1 + n * 7919 % 61) * 2**20, "lifetime": [[n * 31 % 900, n * 31 % 900 + 1 + n % 97]]}
        for n in range(1000)
    ]
    layout = solved(pool_of(*buffers, timeline={"length": 1000}))
    proof = layout.proof.pool_bytes
    assert proof is not None
    assert pool_bytes(layout) <= 1.15 * proof.lower_bound_bytes


def test_another_seed_and_strategies_left_out_are_a_pools_options_too() -> None:
    layout = optimize(load_manifest(random_pool(3)), search=SearchOptions(seed=5))
    assert layout.run_info.seed == 5
