"""Random programs as pools: optimiser, verifier and machine find the same conflicts, and layouts keep all of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.helpers.machine import conflicts
from tests.helpers.machine.programs import random_programs
from tests.helpers.meaning import of_optimiser
from tests.helpers.solving import solved
from warpack.solver import ManifestError, load_manifest
from warpack.solver.verifier.story import derive


def as_pool(document: dict[str, Any]) -> dict[str, Any]:
    """The same program for one thread that owns all memory: without what is about threads."""
    pool = deepcopy(document) | {"objective": "pool_bytes"}
    for key in ("target", "launch", "frontier", "validation", "baseline"):
        pool.pop(key, None)
    for timeline in (pool.get("timeline"), *(one.get("timeline") for one in pool.get("components", ()))):
        if timeline is not None:
            timeline.pop("barriers", None)
            for branch in timeline.get("branches", ()):
                branch.pop("uniform", None)
    for buffer in pool["buffers"]:
        for key in ("scope", "location", "zero", "async"):
            buffer.pop(key, None)
    return pool


@pytest.mark.parametrize("seed", range(4))
def test_three_derivations_of_a_pools_conflicts_agree(seed: int) -> None:
    pools = 0
    for document, _ in random_programs(seed, 40):
        try:
            manifest = load_manifest(as_pool(document))
        except ManifestError:  # tracks mean nothing without threads, and some in-place pairs nothing without scopes
            continue
        pools += 1
        story, machine = derive(manifest), conflicts(manifest)
        pieces = story.piece_by_name
        for (one, other), said in of_optimiser(manifest).items():
            verified = story.conflict(pieces[one], pieces[other]) is not None
            assert said == verified == ((one, other) in machine), (one, other, document)
        layout = solved(manifest)
        assert layout.pool is not None
    assert pools >= 12
