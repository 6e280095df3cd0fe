"""What may be asked of the search from Python, beside the manifest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.solving import scattered_manifest, solved
from warpack.solver import Manifest, SearchOptions, load_manifest, optimize, verify
from warpack.solver.search.plan import LARGE, can_be_left_out


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load_manifest("examples/07-kvaerno5.json")


@pytest.mark.parametrize("name", can_be_left_out())
def test_a_layout_without_a_strategy_is_legal_and_its_bound_is_true(manifest: Manifest, name: str) -> None:
    layout = optimize(manifest, search=SearchOptions(without=frozenset({name})))
    assert verify(manifest, layout).passed
    best = solved(manifest)
    assert layout.launch is not None
    assert best.launch is not None
    assert layout.proof.run_bytes.lower_bound_bytes <= best.launch.run_bytes <= layout.launch.run_bytes
    assert name not in {one.strategy for one in layout.run_info.search if one.steps and name != "first fit"}


@pytest.mark.parametrize("without", [frozenset(), *(frozenset({name}) for name in LARGE), frozenset(LARGE)])
def test_sets_too_large_to_hold_pairs_do_without_any_of_their_strategies(without: frozenset[str]) -> None:
    manifest = scattered_manifest(600, 5.0)
    layout = optimize(manifest, search=SearchOptions(without=without))
    assert verify(manifest, layout).passed
    assert not without & {one.strategy for one in layout.run_info.search}


def test_another_seed_is_told_and_the_layout_is_still_one_of_the_manifest(manifest: Manifest) -> None:
    layout = optimize(manifest, search=SearchOptions(seed=7))
    assert layout.run_info.seed == 7
    assert layout.manifest_sha256 == manifest.sha256
    assert verify(manifest, layout).passed
    seeded = replace(manifest, solver=replace(manifest.solver, seed=7))
    assert [one.offset_bytes for one in optimize(seeded).buffers] == [one.offset_bytes for one in layout.buffers]


def test_a_name_that_is_no_strategy_is_refused_with_those_that_are(manifest: Manifest) -> None:
    with pytest.raises(ValueError, match=r"'magic'.*both ends"):
        optimize(manifest, search=SearchOptions(without=frozenset({"magic"})))
