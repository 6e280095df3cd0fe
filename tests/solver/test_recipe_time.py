"""The time limit: a layout that is called optimal does not depend on it."""

from __future__ import annotations

import time
from random import Random
from typing import Any

import pytest

from tests.helpers.auto_manifests import auto_manifest
from tests.helpers.manifests import random_manifest
from tests.helpers.processes import PATIENCE_S
from tests.helpers.solving import manifest_of
from warpack.solver import load_manifest, optimize
from warpack.solver.flatten import flatten
from warpack.solver.search.core.packing import unclaimed
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.pack import pack


def hashes(document: dict[str, Any], *limits: float) -> list[str | None]:
    """The layout's hash for each time limit; None where it is not called optimal."""
    found: list[str | None] = []
    for limit in limits:
        layout = optimize(load_manifest(document | {"solver": {"time_limit_s": limit}}))
        found.append(layout.sha256 if layout.status == "optimal" else None)
    return found


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_with_auto_buffers_layouts_of_any_limit_are_one_where_they_are_optimal(seed: int) -> None:
    found = hashes(auto_manifest(seed), 1, 2, PATIENCE_S)
    assert found[-1] is not None
    assert len(set(found) - {None}) == 1


@pytest.mark.parametrize("seed", range(3))
def test_with_equal_accesses_the_same_choice_is_made_in_any_time(seed: int) -> None:
    document = auto_manifest(seed, shared=6, autos=14, launch={"max_threads_per_block": 64})
    for buffer in document["buffers"]:
        buffer["size"] = 1 + buffer["size"] // 20
        if "accesses" in buffer:
            buffer["accesses"] = 1 + buffer["accesses"] // 50
    found = hashes(document, 0.3, 2, PATIENCE_S)
    assert found[-1] is not None
    assert len(set(found) - {None}) == 1


@pytest.mark.parametrize("seed", range(12))
def test_with_windows_and_parts_as_well(seed: int) -> None:
    document = random_manifest(seed, 16)
    for buffer in document["buffers"]:
        if buffer.get("parts"):
            buffer["splittable"] = True
    found = hashes(document, 0.02, 0.2, 2, 10)
    assert len(set(found) - {None}) <= 1


@pytest.mark.parametrize("seed", [17, 19, 24, 33])
def test_what_comes_after_a_search_that_the_clock_ended_is_not_called_optimal(seed: int) -> None:
    """Of these the packing in parts, or the last one, is so quick that it is proven after all when the time is over."""
    found = hashes(random_manifest(seed, 30), 0.01, 0.02, 0.05, 0.2, PATIENCE_S)
    assert found[-1] is not None
    assert len(set(found) - {None}) == 1


def test_the_bound_of_what_is_not_claimed_holds_and_is_weaker() -> None:
    buffers = [{"name": name, "size": size} for name, size in (("a", 4), ("b", 2), ("c", 3))]
    problem = flatten(manifest_of(*buffers)).run
    proven = pack(problem, seed=0, stop=Stop.after(PATIENCE_S))
    assert (proven.size_bytes, proven.lower_bound_bytes) == (36, 36)
    weaker = unclaimed(problem, proven)
    assert (weaker.size_bytes, weaker.lower_bound_bytes, weaker.bound.pieces) == (36, 28, ("a", "c"))
    assert unclaimed(problem, weaker) == weaker


def test_a_cancel_of_very_many_buffers_has_little_left_to_do() -> None:
    random = Random(1)
    buffers = []
    for number in range(20_000):
        start = random.randrange(4900)
        lifetime = [[start, start + random.randint(1, 60)]]
        buffers.append({"name": f"b{number}", "size": random.randint(1, 3), "dtype": "uint8", "lifetime": lifetime})
    manifest = manifest_of(*buffers, timeline={"length": 5000}, target={"compute_capability": "9.0"})
    begun = time.process_time()
    layout = optimize(manifest, cancelled=lambda: True)
    assert time.process_time() - begun < 20  # of the processor: 0.4 s, more on a busy machine; a search takes minutes
    assert layout.launch is not None
