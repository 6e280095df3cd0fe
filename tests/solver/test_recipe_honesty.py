"""What the optimiser cannot prove it does not claim, where the search is stricter than the rules or the bound is too simple."""

from __future__ import annotations

import pytest

from solver import load_manifest
from tests.helpers.small_manifests import small_manifest
from tests.helpers.solving import solved


@pytest.mark.parametrize(("seed", "possible"), [(1396, 418), (2443, 56)])
def test_a_hull_that_keeps_out_more_than_it_has_to_proves_no_bound(seed: int, possible: int) -> None:
    layout = solved(load_manifest(small_manifest(seed)))
    assert layout.proof.run_bytes.lower_bound_bytes <= possible
    assert layout.proof.run_bytes.status == "feasible"


@pytest.mark.parametrize(("seed", "possible"), [(6480, 1024), (6650, 288)])
def test_threads_are_not_bounded_by_a_padding_that_a_wider_auto_buffer_would_change(seed: int, possible: int) -> None:
    layout = solved(load_manifest(small_manifest(seed)))
    proof = layout.proof.threads_per_block
    assert proof.upper_bound >= possible
    assert proof.status == "feasible"
    assert proof.certificate["also_with_on_chip"]
