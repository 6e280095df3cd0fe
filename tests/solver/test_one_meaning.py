"""Optimiser, verifier and machine, which share no code but the wire types, mean the same by a manifest.

More programs at a time: `python -m tests.helpers.meaning 20000`, and with `--layouts`.
"""

from __future__ import annotations

import pytest

from tests.helpers.machine import conflicts, in_place_pairs
from tests.helpers.machine.programs import random_programs
from tests.helpers.meaning import disagreements
from tests.helpers.moved_layouts import wrongly_judged
from tests.helpers.sweeps import seeds
from warpack.solver.flatten import flatten
from warpack.solver.verifier.story import derive

AT_A_TIME = 50


@pytest.mark.parametrize("chunk", seeds(10))
def test_the_three_keep_the_same_pairs_apart(chunk: int) -> None:
    """Random programs with every construct, pair by pair."""
    found = list(disagreements(1000 + chunk, AT_A_TIME))
    assert sum(one for one in found if isinstance(one, int)) > AT_A_TIME
    assert [str(one) for one in found if not isinstance(one, int)] == []


@pytest.mark.parametrize("chunk", seeds(4))
def test_the_three_grant_the_same_in_place_pairs(chunk: int) -> None:
    asked = 0
    for _document, manifest in random_programs(2000 + chunk, 2 * AT_A_TIME):
        story, machine, conflicting = derive(manifest), in_place_pairs(manifest), conflicts(manifest)
        flat = flatten(manifest, frozenset(buffer.full_name for buffer in manifest if buffer.location == "auto"))
        granted = {
            frozenset((problem.items[entry.read].name, problem.items[entry.write].name))
            for problem in (flat.run, flat.block)
            for entry in problem.in_place
        }
        for step in manifest.in_place:
            read, write = sorted((step.read, step.write))
            if "#" in read + write or (read, write) not in conflicting:
                continue
            asked += 1
            conflict = story.conflict(story.piece_by_name[read], story.piece_by_name[write])
            verified = conflict is not None and bool(conflict.allowed_differences)
            assert (frozenset((read, write)) in granted) == verified == ((read, write) in machine), (step, manifest)
    assert asked > 10


def test_the_verifier_refuses_a_layout_exactly_where_the_machine_finds_a_disturbance() -> None:
    """And passes what the optimiser makes, hand-overs and all."""
    found = list(wrongly_judged(3000, 100))
    assert sum(one for one in found if isinstance(one, int)) > 200
    assert [str(one) for one in found if not isinstance(one, int)] == []
