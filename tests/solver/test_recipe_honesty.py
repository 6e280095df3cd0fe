"""Corners where a simple search would be stricter than the rules, or a simple bound wrong."""

from __future__ import annotations

import pytest

from tests.helpers.small_manifests import small_manifest
from tests.helpers.solving import solved
from warpack.solver import load_manifest


@pytest.mark.parametrize(("seed", "least"), [(1396, 418), (2443, 112), (632, 561), (5376, 664)])
def test_parts_and_in_place_partners_may_lie_in_a_window_where_they_are_in_nobodys_way(seed: int, least: int) -> None:
    layout = solved(load_manifest(small_manifest(seed)))
    assert layout.launch is not None
    assert layout.launch.run_bytes == layout.proof.run_bytes.lower_bound_bytes == least
    assert layout.proof.run_bytes.status == "optimal"


@pytest.mark.parametrize(("seed", "possible"), [(6480, 1024), (6650, 288)])
def test_a_wider_auto_buffer_that_takes_less_padding_brings_its_threads(seed: int, possible: int) -> None:
    layout = solved(load_manifest(small_manifest(seed)))
    proof = layout.proof.threads_per_block
    assert proof.upper_bound == possible
    assert proof.status == "optimal"
    assert proof.certificate["also_with_on_chip"]


@pytest.mark.parametrize(("seed", "least"), [(3898, 7688), (3945, 147200)])
def test_the_least_budget_counts_wider_auto_buffers_that_take_less_padding(seed: int, least: int) -> None:
    layout = solved(load_manifest(small_manifest(seed)))
    assert layout.status == "infeasible"
    assert layout.minimum_budget_bytes == least


@pytest.mark.parametrize(("seed", "stride", "run_bytes"), [(2368, 88, 88), (5200, 376, 370), (6997, 4536, 4536)])
def test_auto_buffers_without_accesses_come_on_chip_where_they_save_padding(
    seed: int, stride: int, run_bytes: int
) -> None:
    layout = solved(load_manifest(small_manifest(seed)))
    assert layout.launch is not None
    assert (layout.launch.stride_bytes, layout.launch.run_bytes) == (stride, run_bytes)
