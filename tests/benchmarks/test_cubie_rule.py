"""CuBIE's rule for the block size: halved from the largest until it fits."""

from __future__ import annotations

import pytest

from benchmarks.peers.cubie_rule import halved
from tests.helpers.manifests import random_manifest
from tests.solver.launch.manifests import buffer, manifest
from warpack.solver import load_manifest, optimize


def test_halving_skips_block_sizes_that_would_fit() -> None:
    assert halved(manifest(buffer("a", 63), launch={"max_threads_per_block": 256})) == 128


def test_halving_goes_below_one_warp_and_ends_at_nothing() -> None:
    assert halved(manifest(buffer("a", 1301))) == 8
    assert halved(manifest(buffer("a", 20_001))) == 0


def test_halving_keeps_runs_whole() -> None:
    given = manifest(buffer("a", 2000, "int8"), launch={"threads_per_run": 3, "max_threads_per_block": 100})
    assert halved(given) % 3 == 0


def test_halving_keeps_whole_multiples_as_the_layout_does() -> None:
    given = manifest(buffer("a", 63), launch={"threads_multiple": 96, "max_threads_per_block": 500})
    assert halved(given) == 192  # 500 and 250 are cut to 480 and 192


@pytest.mark.parametrize("seed", range(30))
def test_halving_never_has_more_threads_than_the_layout(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed) | {"objective": "threads_per_block"})
    layout = optimize(manifest)
    if layout.launch is not None:
        on_chip = frozenset(one.full_name for one in layout.buffers if one.location == "shared")
        assert halved(manifest, on_chip) <= layout.launch.threads_per_block
