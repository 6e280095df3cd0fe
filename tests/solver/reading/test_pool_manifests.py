"""What a manifest of a pool may not say, and where it may say more than that of a block."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.pools import pool_document, pool_of
from warpack.solver import ManifestError, load_manifest

A = {"name": "a", "size": 4}


def problems_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ManifestError) as caught:
        load_manifest(document)
    return [(problem.type, problem.pointer) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"target": {"compute_capability": "8.6"}}, "/target"),
        ({"launch": {}}, "/launch"),
        ({"frontier": True}, "/frontier"),
        ({"validation": "compiled"}, "/validation"),
        ({"validation": "hardware"}, "/validation"),
        ({"timeline": {"length": 2, "barriers": "every"}}, "/timeline/barriers"),
        ({"baseline": {"offsets_bytes": {"a": 0}, "run_bytes": 4}}, "/baseline/run_bytes"),
        ({"baseline": {"offsets_bytes": {"a": 0}, "threads_per_block": 32}}, "/baseline/threads_per_block"),
    ],
)
def test_fields_about_threads_and_budgets_are_refused_where_they_stand(fields: dict[str, Any], pointer: str) -> None:
    assert problems_of(pool_document(A, **fields)) == [("not-of-a-pool", pointer)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("scope", "block"), ("location", "auto"), ("location", "local"), ("zero", True), ("async", True)],
)
def test_a_buffer_of_a_pool_says_nothing_about_the_memories_of_a_block(field: str, value: object) -> None:
    found = problems_of(pool_document(A, {"name": "b", "size": 4, "lifetime": [[0, 1]], field: value}))
    assert found == [("not-of-a-pool", f"/buffers/1/{field}")]


def test_tracks_are_refused_since_they_share_threads_out() -> None:
    tracks = [[{"name": "one", "span": [0, 1], "threads": "rest"}, {"name": "two", "span": [1, 2], "threads": 32}]]
    found = problems_of(pool_document(A, timeline={"length": 2, "tracks": tracks}))
    assert ("not-of-a-pool", "/timeline/tracks") in found


def test_all_of_them_are_told_at_once_and_each_with_what_to_do() -> None:
    with pytest.raises(ManifestError) as caught:
        load_manifest(pool_document(A, target={}, launch={"threads_per_run": 2}, frontier=True))
    assert all("leave it out" in problem.message for problem in caught.value.problems)
    assert len(caught.value.problems) == 3


def test_defaults_may_be_spelled_out() -> None:
    manifest = pool_of(A | {"scope": "run", "location": "shared", "zero": False, "async": False}, frontier=False)
    assert manifest == pool_of(A)


def test_the_only_level_is_static_whatever_best_would_be_elsewhere() -> None:
    assert pool_of(A).validation == "static"
    assert pool_of(A, validation="best").validation == "static"


@pytest.mark.parametrize("field", ["size", "pinned_offset_bytes"])
def test_a_field_holds_a_tebibyte_and_no_more(field: str) -> None:
    pool_of({"name": "a", "size": 4, field: 2**40})
    assert problems_of(pool_document({"name": "a", "size": 4, field: 2**40 + 1})) in (
        [("out-of-range", f"/buffers/0/{field}")],
        [("size-too-large", f"/buffers/0/{field}")],
    )


def test_a_block_still_refuses_what_only_a_pool_may_have() -> None:
    block = {"objective": "shared_bytes", "target": {"compute_capability": "8.6"}}
    assert problems_of(pool_document({"name": "a", "size": 2**31}, **block)) == [("size-too-large", "/buffers/0/size")]
    wide = pool_document(A | {"alignment_bytes": 2048}, **block)
    assert problems_of(wide) == [("bad-alignment", "/buffers/0/alignment_bytes")]
    own = pool_document(A, **block, baseline={"offsets_bytes": {"a": 0}, "pool_bytes": 64})
    assert problems_of(own) == [("of-a-pool", "/baseline/pool_bytes")]


def test_all_buffers_together_are_counted_exactly_in_json() -> None:
    many = [{"name": f"b{n}", "size": 2**40} for n in range(2**13)]
    assert problems_of(pool_document(*many)) == [("size-too-large", "/buffers")]


def test_a_baseline_ends_with_its_last_buffer_or_where_it_says() -> None:
    own = pool_of(A, baseline={"offsets_bytes": {"a": 12}}).baseline
    assert own is not None
    assert own.pool_bytes == 16
    assert problems_of(pool_document(A, baseline={"offsets_bytes": {"a": 12}, "pool_bytes": 15})) == [
        ("baseline-too-short", "/baseline/pool_bytes")
    ]


def test_a_block_without_a_target_is_still_told_so() -> None:
    assert problems_of({"schema": "warpack/manifest/1", "buffers": [], "objective": "shared_bytes"}) == [
        ("missing-field", "/target")
    ]
