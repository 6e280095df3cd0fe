"""Crowds of buffers: what is asked for is made, the same for a seed, and it is packed close to its bound."""

from __future__ import annotations

import pytest

from benchmarks.instances.crowds import KINDS, crowd
from warpack.solver import optimize, verify


@pytest.mark.parametrize("kind", KINDS)
def test_a_crowd_is_packed_close_to_its_bound_and_verified(kind: str) -> None:
    manifest = crowd(1200, kind, 0).manifest(600.0)
    assert len(manifest.buffers) == 1200
    layout = optimize(manifest)
    assert layout.launch is not None
    assert layout.launch.run_bytes <= 1.08 * layout.proof.run_bytes.lower_bound_bytes
    assert verify(manifest, layout).passed


def test_a_seed_gives_one_crowd_and_another_seed_another() -> None:
    assert crowd(50, "even", 1) == crowd(50, "even", 1)
    assert crowd(50, "even", 1).document["buffers"] != crowd(50, "even", 2).document["buffers"]


def test_unknown_kinds_and_empty_crowds_are_refused() -> None:
    with pytest.raises(ValueError, match="two kinds"):
        crowd(10, "odd", 0)
    with pytest.raises(ValueError, match="at least one"):
        crowd(0, "even", 0)
