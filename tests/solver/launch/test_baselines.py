"""The two simpler rules that a layout is compared with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.manifests import random_manifest
from tests.solver.launch.manifests import buffer, manifest
from warpack.solver import load_manifest, optimize
from warpack.solver.baselines import baselines
from warpack.solver.wire.layout import Baseline
from warpack.solver.wire.manifest import Interval, Manifest


def run_bytes(given: Manifest) -> tuple[int, int]:
    found = baselines(given)
    return found["no_sharing"].run_bytes, found["declared_aliases"].run_bytes


def figures(found: Baseline) -> tuple[int, int]:
    return found.run_bytes, found.threads_per_block


def test_without_aliases_both_put_every_buffer_at_its_own_bytes() -> None:
    apart = {"lifetime": (Interval(0, 1),)}, {"lifetime": (Interval(1, 2),)}
    assert run_bytes(manifest(buffer("a", 3, **apart[0]), buffer("b", 2, "float64", **apart[1]))) == (32, 32)


def test_an_alias_lies_inside_its_target() -> None:
    assert run_bytes(manifest(buffer("a", 10), buffer("b", 4, aliases=("a",)))) == (56, 40)


def test_an_alias_declared_before_its_target_lies_inside_it_too() -> None:
    assert run_bytes(manifest(buffer("b", 4, aliases=("a",)), buffer("a", 10))) == (56, 40)


def test_two_aliases_of_one_target_lie_one_after_the_other_and_the_third_beside() -> None:
    aliases = [buffer(name, 4, aliases=("a",)) for name in ("b", "c", "d")]
    assert run_bytes(manifest(buffer("a", 10), *aliases)) == (88, 56)


def test_an_alias_that_is_larger_than_its_target_gets_bytes_of_its_own() -> None:
    assert run_bytes(manifest(buffer("a", 4), buffer("b", 10, aliases=("a",)))) == (56, 56)


def test_persistent_storage_is_never_shared() -> None:
    assert run_bytes(manifest(buffer("a", 10, persistent=True), buffer("b", 4, aliases=("a",)))) == (56, 56)
    assert run_bytes(manifest(buffer("a", 10), buffer("b", 4, persistent=True, aliases=("a",)))) == (56, 56)


def test_an_alias_to_a_buffer_off_chip_gets_bytes_of_its_own() -> None:
    assert run_bytes(manifest(buffer("a", 10, location="local"), buffer("b", 4, aliases=("a",)))) == (16, 16)


def test_an_alias_starts_at_its_own_alignment() -> None:
    first, second = buffer("b", 1, aliases=("a",)), buffer("c", 2, "float64", aliases=("a",))
    assert run_bytes(manifest(buffer("a", 6), first, second)) == (48, 24)


def test_block_buffers_are_no_run_bytes_but_cost_threads() -> None:
    given = manifest(buffer("a", 10), buffer("table", 48_000, "int8", scope="block"), launch={"threads_multiple": 1})
    found = baselines(given)["no_sharing"]
    assert figures(found) == (40, (49_152 - 48_000) // 44)
    assert found.block_region_bytes == 48_000


def test_all_are_launched_by_the_rules_of_the_layout() -> None:
    given = manifest(buffer("a", 63), launch={"max_threads_per_block": 256})
    found = baselines(given)
    assert figures(found["no_sharing"]) == figures(found["declared_aliases"]) == (252, 192)


def test_where_not_one_multiple_fits_whole_runs_do_as_in_the_layout() -> None:
    found = baselines(manifest(buffer("a", 1301)))
    assert figures(found["no_sharing"]) == figures(found["declared_aliases"]) == (5204, 9)


def test_what_does_not_fit_the_budget_has_no_threads() -> None:
    found = baselines(manifest(buffer("a", 20_001)))
    for rule in ("no_sharing", "declared_aliases"):
        assert found[rule] == Baseline(80_004, 0)


def test_with_the_objective_resident_threads_the_block_is_the_one_with_the_most() -> None:
    given = manifest(buffer("a", 63), launch={"max_threads_per_block": 256}, objective="resident_threads")
    found = baselines(given)["no_sharing"]
    assert (found.threads_by, found.threads_per_block, found.blocks_per_sm) == ("resident_threads", 96, 4)
    assert found.resident_threads == 384
    assert baselines(replace(given, objective="threads_per_block"))["no_sharing"].threads_per_block == 192


def test_block_buffers_are_counted_in_the_block_region() -> None:
    scratch = [buffer(name, 1000, scope="block", lifetime=(Interval(n, n + 1),)) for n, name in enumerate("ab")]
    found = baselines(manifest(*scratch, launch={"threads_per_block": 256}))["no_sharing"]
    assert (found.run_bytes, found.block_region_bytes, found.dynamic_shared_bytes) == (0, 8000, 8000)
    assert (found.threads_by, found.blocks_per_sm, found.resident_threads) == ("given", 6, 1536)


def test_auto_buffers_count_where_they_are_on_chip() -> None:
    given = manifest(buffer("a", 10), buffer("w", 3, location="auto"))
    assert baselines(given)["no_sharing"].run_bytes == 40
    assert baselines(given, frozenset({"w"}))["no_sharing"].run_bytes == 52


@pytest.mark.parametrize("seed", range(60))
def test_declared_aliases_never_have_more_threads_than_the_layout(seed: int) -> None:
    document = random_manifest(seed)
    layout = optimize(load_manifest(document | {"objective": "threads_per_block"}))
    if layout.launch is not None:
        assert layout.baselines["declared_aliases"].threads_per_block <= layout.launch.threads_per_block
