"""Whole multiples of threads come first; where not one fits, the objective decides between whole runs."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.helpers.oracle import compare
from tests.helpers.solving import manifest_of, solved
from warpack.solver import Manifest, load_manifest, optimize


def few_threads(seed: int) -> Manifest:
    """Buffers so large that a block has a few threads, mostly fewer than one multiple."""
    random = Random(seed)
    buffers: list[dict[str, Any]] = []
    for number in range(random.randint(2, 6)):
        dtype = random.choice(["uint8", "uint8", "float32", "float64"])
        size = random.randint(200, 4000) // (1 if dtype == "uint8" else 4)
        buffer = {"name": f"b{number}", "size": size, "dtype": dtype, "lifetime": [sorted(random.sample(range(5), 2))]}
        if number and random.random() < 0.6:
            buffer |= {"location": "auto", "accesses": random.randint(0, 9)}
        buffers.append(buffer)
    return load_manifest(
        {
            "schema": "warpack/manifest/1",
            "target": {
                "compute_capability": random.choice(["8.6", "9.0", "10.0"]),
                "shared_budget_bytes": random.choice(["default", "opt-in"]),
                "carveout": random.choice(["max", "max", 50]),
            },
            "timeline": {"length": 4},
            "launch": {
                "threads_multiple": random.choice([7, 64, 96, 5]),
                "max_threads_per_block": random.choice([31, 1024]),
            },
            "objective": random.choice(["resident_threads", "resident_threads", "threads_per_block"]),
            "buffers": [{"location": "shared", **buffer} for buffer in buffers],
        }
    )


@pytest.mark.parametrize("batch", range(5))
def test_layouts_of_few_threads_agree_with_the_oracle(batch: int) -> None:
    for seed in range(batch * 12, batch * 12 + 12):
        manifest = few_threads(seed)
        found = compare(manifest, optimize(manifest))
        assert (seed, found.wrong, found.open) == (seed, (), ())


def test_an_auto_buffer_does_not_cost_the_one_whole_multiple() -> None:
    """With it on chip 6 threads have 36 resident; the 7 that are a whole multiple have 35 without it."""
    layout = optimize(
        manifest_of(
            {"name": "kept", "size": 6128, "dtype": "uint8"},
            {"name": "extra", "size": 64, "dtype": "uint8", "location": "auto", "accesses": 5},
            target={"compute_capability": "9.0", "shared_budget_bytes": 43_000},
            launch={"threads_multiple": 7},
            objective="resident_threads",
        )
    )
    assert layout.launch is not None
    assert (layout.launch.threads_per_block, layout.launch.occupancy.resident_threads) == (7, 35)
    assert layout.by_name["extra"].location == "local"


@pytest.mark.parametrize("beside", [(), ({"name": "s", "size": 10, "scope": "block", "lifetime": [[0, 1]]},)])
def test_where_tracks_need_more_threads_than_one_multiple_whole_runs_between_two_are_looked_at(
    beside: tuple[dict[str, Any], ...],
) -> None:
    """At least 41 threads: 64 do not fit, and 32 are too few."""
    tracks = [{"name": "x", "span": [0, 1], "threads": 40}, {"name": "y", "span": [1, 2], "threads": "rest"}]
    layout = solved(manifest_of({"name": "m", "size": 250}, *beside, timeline={"length": 2, "tracks": [tracks]}))
    assert layout.launch is not None
    assert (layout.status, layout.launch.threads_per_block) == ("optimal", 48)
    assert [warning.type for warning in layout.warnings] == ["threads-not-a-multiple"]
