"""Proofs by position: one boolean for every offset of every item, and sets of which one at most is taken."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from ortools.sat.python import cp_model

from tests.solver.search.lanes.test_both_ends import rows
from tests.solver.search.puzzles import least, make_puzzle, prove_the_least, random_puzzle, whole
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.exact.cpsat_positions import Positions, exclusions


def _offsets(puzzle: Puzzle, capacity: int) -> list[int] | None:
    """A solution of the model; None where it has none."""
    positions, solver = Positions(puzzle, capacity), cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(positions.model) == cp_model.INFEASIBLE:
        return None
    return positions.offsets(solver.response_proto.solution)


@pytest.mark.parametrize("seed", range(40))
def test_what_can_be_packed_is_never_called_impossible(seed: int) -> None:
    for puzzle in (rows(Random(seed), 5, 4), random_puzzle(Random(seed))):
        offsets = _offsets(puzzle, least(puzzle))
        assert offsets is not None
        for item, offset in enumerate(offsets):
            assert offset % puzzle.alignments[item] == 0
            assert puzzle.pins[item] in (None, offset)


@pytest.mark.parametrize("seed", range(40))
def test_the_members_of_a_set_conflict_in_every_row(seed: int) -> None:
    puzzle = rows(Random(seed), 6, 4)
    for places in exclusions(puzzle):
        for (i, shift), (j, other) in combinations(places, 2):
            assert i == j or any(low <= other - shift <= high for low, high in puzzle.forbidden[i][j])


def test_items_that_may_share_bytes_are_in_no_set_together() -> None:
    puzzle = make_puzzle([2, 2, 2], {(0, 1): whole([2, 2, 2], 0, 1), (1, 2): whole([2, 2, 2], 1, 2)})
    strips = tuple(((0, size, 1),) for size in puzzle.sizes)
    puzzle = Puzzle(puzzle.sizes, puzzle.alignments, puzzle.pins, puzzle.forbidden, (1, 1, 1), strips)
    assert all({item for item, _ in places} != {0, 1, 2} for places in exclusions(puzzle))
    assert _offsets(puzzle, 4) is not None
    assert _offsets(puzzle, 3) is None


def test_fitting_asks_by_position_what_the_strips_leave_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warpack.solver.search.exact.cpsat_strips._STACKED_MOST", 0.0)
    assert prove_the_least(rows(Random(2), 7, 4)).method == "cp-sat-positions"
