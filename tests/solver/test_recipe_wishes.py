"""`optimal` means that every wish is proven which the objective ranks; what is not is said wish by wish."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.helpers.auto_manifests import auto_manifest
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.solving import manifest_of
from warpack.solver import Layout, load_manifest, optimize


def statuses(layout: Layout) -> dict[str, str]:
    wishes = {name: getattr(layout.proof, name) for name in layout.proof.__slots__}
    return {name: wish.status for name, wish in wishes.items() if wish is not None}


def test_a_block_region_that_is_not_proven_is_no_optimum() -> None:
    document = hard_manifest(1, boxes=20, time_limit_s=0.3)
    for buffer in document["buffers"]:
        buffer["scope"] = "block"
    layout = optimize(load_manifest(document))
    assert layout.launch is not None
    assert layout.proof.block_region_bytes.lower_bound_bytes < layout.launch.block_region_bytes
    assert layout.status == "feasible"


def test_accesses_that_are_not_proven_are_no_optimum_and_never_worse_than_a_greedy_choice() -> None:
    layout = optimize(load_manifest(auto_manifest(2, time_limit_s=0.2)))
    proof = layout.proof.accesses_on_chip
    assert proof is not None
    found = layout.advice["auto"]["accesses_on_chip"]
    assert (layout.status, proof.status) == ("feasible", "feasible")
    assert 0 < found < proof.upper_bound


def test_given_time_the_choice_is_proven_in_every_wish() -> None:
    layout = optimize(load_manifest(auto_manifest(3)))
    assert layout.status == "optimal"
    assert set(statuses(layout).values()) == {"optimal"}
    proof, launch = layout.proof, layout.launch
    assert launch is not None
    assert proof.accesses_on_chip is not None
    assert proof.accesses_on_chip.upper_bound == layout.advice["auto"]["accesses_on_chip"] == 1003
    assert proof.resident_threads is not None
    assert proof.resident_threads.upper_bound == launch.occupancy.resident_threads
    assert proof.stride_bytes is not None
    assert proof.stride_bytes.lower_bound_bytes == launch.stride_bytes


@pytest.mark.parametrize("document", [hard_manifest(time_limit_s=60.0), auto_manifest(1, time_limit_s=60.0)])
def test_after_a_cancel_only_what_is_proven_is_called_optimal(document: dict[str, Any]) -> None:
    begun = time.monotonic()
    layout = optimize(load_manifest(document), cancelled=lambda: time.monotonic() - begun > 0.3)
    assert layout.status == "feasible"
    assert "feasible" in statuses(layout).values()


def test_wishes_that_the_objective_does_not_rank_are_left_out() -> None:
    buffers = {"name": "a", "size": 4}, {"name": "b", "size": 4, "location": "auto", "accesses": 3}
    ranked = {"threads_per_block", "run_bytes", "block_region_bytes"}
    assert set(statuses(optimize(manifest_of(*buffers, objective="shared_bytes")))) == ranked
    ranked |= {"resident_threads", "stride_bytes"}
    assert set(statuses(optimize(manifest_of(buffers[0])))) == ranked
    assert set(statuses(optimize(manifest_of(*buffers)))) == ranked | {"accesses_on_chip"}
    assert set(statuses(optimize(manifest_of({"name": "a", "size": 30_000})))) == ranked - {
        "resident_threads",
        "stride_bytes",
    }
