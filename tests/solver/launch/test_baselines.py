"""The two simpler rules that a layout is compared with."""

from __future__ import annotations

import pytest

from solver import load_manifest, optimize
from solver.baselines import baselines
from solver.wire.layout import Baseline
from solver.wire.manifest import Interval, Manifest
from tests.helpers.manifests import random_manifest
from tests.solver.launch.manifests import buffer, manifest


def run_bytes(given: Manifest) -> tuple[int, int]:
    found = baselines(given)
    return found["no_sharing"].run_bytes, found["declared_aliases"].run_bytes


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
    assert baselines(given)["no_sharing"] == Baseline(40, (49_152 - 48_000) // 44)


def test_halving_skips_block_sizes_that_would_fit() -> None:
    given = manifest(buffer("a", 63), launch={"max_threads_per_block": 256})
    found = baselines(given)
    assert found["no_sharing"] == Baseline(252, 192)
    assert found["declared_aliases"] == Baseline(252, 128)


def test_halving_goes_below_one_warp_and_ends_at_nothing() -> None:
    assert baselines(manifest(buffer("a", 1301)))["declared_aliases"] == Baseline(5204, 8)
    assert baselines(manifest(buffer("a", 20_001)))["declared_aliases"] == Baseline(80_004, 0)
    assert baselines(manifest(buffer("a", 20_001)))["no_sharing"] == Baseline(80_004, 0)


def test_halving_keeps_runs_whole() -> None:
    given = manifest(buffer("a", 2000, "int8"), launch={"threads_per_run": 3, "max_threads_per_block": 100})
    assert baselines(given)["declared_aliases"].threads_per_block % 3 == 0


def test_auto_buffers_count_where_they_are_on_chip() -> None:
    given = manifest(buffer("a", 10), buffer("w", 3, location="auto"))
    assert baselines(given)["no_sharing"].run_bytes == 40
    assert baselines(given, frozenset({"w"}))["no_sharing"].run_bytes == 52


def test_halving_keeps_whole_multiples_as_the_layout_does() -> None:
    given = manifest(buffer("a", 63), launch={"threads_multiple": 96, "max_threads_per_block": 500})
    found = baselines(given)
    assert found["no_sharing"] == Baseline(252, 192)
    assert found["declared_aliases"] == Baseline(252, 192)  # 500 and 250 are cut to 480 and 192


@pytest.mark.parametrize("seed", range(60))
def test_declared_aliases_never_have_more_threads_than_the_layout(seed: int) -> None:
    document = random_manifest(seed)
    layout = optimize(load_manifest(document | {"objective": "threads_per_block"}))
    if layout.launch is not None:
        assert layout.baselines["declared_aliases"].threads_per_block <= layout.launch.threads_per_block
