"""Alignments and widths come from what is on chip, and from nothing else."""

from __future__ import annotations

import pytest

from tests.solver.launch.manifests import buffer, manifest
from warpack.solver.launch import budget_bytes
from warpack.solver.launch.region import RunRegion, run_region


def test_without_shared_buffers_the_region_is_empty() -> None:
    assert run_region(manifest(buffer("x", 4, "float64", location="local"))) == RunRegion(1, (), 16)


def test_run_buffers_give_alignment_and_widths() -> None:
    region = run_region(manifest(buffer("a", 3), buffer("b", 2, "float64"), buffer("c", 5, "int8")))
    assert region == RunRegion(8, ((1, 1), (4, 1), (8, 1)), 16)


def test_block_buffers_count_for_the_base_only() -> None:
    region = run_region(manifest(buffer("a", 3), buffer("table", 64, alignment_bytes=128, scope="block")))
    assert region == RunRegion(4, ((4, 1),), 128)


def test_auto_buffers_count_where_they_are_placed_on_chip() -> None:
    given = manifest(buffer("a", 3), buffer("w", 4, "float64", location="auto", component="loop"))
    assert run_region(given) == RunRegion(4, ((4, 1),), 16)
    assert run_region(given, frozenset({"loop/w"})) == RunRegion(8, ((4, 1), (8, 1)), 16)


def test_the_accesses_of_one_width_add_up_and_none_counts_for_one() -> None:
    given = manifest(
        buffer("a", 3, accesses=5), buffer("b", 2, "int32", accesses=2), buffer("c", 5, "int8", accesses=0)
    )
    assert run_region(given) == RunRegion(4, ((1, 1), (4, 7)), 16)


def test_buffers_of_no_bytes_count_for_nothing() -> None:
    assert run_region(manifest(buffer("a", 3), buffer("none", 0, "float64", alignment_bytes=64))) == RunRegion(
        4, ((4, 1),), 16
    )


@pytest.mark.parametrize(
    ("cc", "budget", "expected"),
    [("8.6", "default", 49_152), ("8.6", "opt-in", 101_376), ("9.0", "opt-in", 232_448), ("7.5", 20_000, 20_000)],
)
def test_the_budget_is_a_number_whatever_the_manifest_calls_it(cc: str, budget: str | int, expected: int) -> None:
    assert budget_bytes(manifest(target={"compute_capability": cc, "shared_budget_bytes": budget})) == expected
