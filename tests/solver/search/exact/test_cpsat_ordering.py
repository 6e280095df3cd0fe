"""Proofs by order: which strip lies above which, and what a column leaves idle."""

from __future__ import annotations

from random import Random

import pytest
from ortools.sat.python import cp_model

from tests.solver.search.lanes.test_both_ends import rows
from tests.solver.search.puzzles import least, make_puzzle, prove_the_least, random_puzzle, whole
from warpack.solver.search.core.puzzle import Gaps, Puzzle
from warpack.solver.search.core.strips import stacks_of
from warpack.solver.search.core.symmetry import alike_pairs
from warpack.solver.search.exact.cpsat_ordering import Orders


def _verdict(puzzle: Puzzle, capacity: int) -> bool | None:
    """Whether the model has a packing, which is checked; None where it has not even a model."""
    model = cp_model.CpModel()
    offsets = [
        model.new_int_var(0, capacity - size, "") if pin is None else model.new_int_var(pin, pin, "")
        for size, pin in zip(puzzle.sizes, puzzle.pins, strict=True)
    ]
    for offset, alignment in zip(offsets, puzzle.alignments, strict=True):
        model.add_modulo_equality(0, offset, alignment)
    orders = Orders(model, puzzle, offsets, capacity)
    orders.keep_apart(alike_pairs(puzzle))
    orders.fill(stacks_of(puzzle))
    if not orders.possible:
        return None
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) == cp_model.INFEASIBLE:
        return False
    assert puzzle.allows([solver.value(offset) for offset in offsets])
    return True


@pytest.mark.parametrize("seed", range(40))
def test_the_model_has_a_packing_at_the_least_capacity_and_none_below(seed: int) -> None:
    puzzle = rows(Random(seed), 5, 4)
    capacity = least(puzzle)
    assert _verdict(puzzle, capacity)
    if capacity > max(puzzle.sizes):
        assert not _verdict(puzzle, capacity - 1)


@pytest.mark.parametrize("seed", range(40))
def test_pins_and_gaps_of_any_shape_are_kept(seed: int) -> None:
    puzzle = random_puzzle(Random(seed))
    capacity = least(puzzle)
    assert _verdict(puzzle, capacity)
    lowest = max(size + (pin or 0) for size, pin in zip(puzzle.sizes, puzzle.pins, strict=True))
    if capacity > lowest:
        assert not _verdict(puzzle, capacity - 1)


def test_a_column_that_is_more_than_full_is_seen_without_a_search() -> None:
    sizes = [3, 4, 5]
    puzzle = _stacked(sizes)
    assert _verdict(puzzle, 12)
    assert _verdict(puzzle, 11) is None


def test_pairs_with_no_side_left_are_seen_without_a_search() -> None:
    assert _verdict(make_puzzle([3, 3], {(0, 1): whole([3, 3], 0, 1)}), 5) is None


@pytest.mark.parametrize("seed", range(12))
def test_a_proof_ends_at_the_least_capacity(seed: int) -> None:
    puzzle = rows(Random(seed), 7, 4)
    prove_the_least(puzzle)


def _stacked(sizes: list[int]) -> Puzzle:
    """All of them in one column."""
    pairs: dict[tuple[int, int], Gaps] = {
        (i, j): whole(sizes, i, j) for i in range(len(sizes)) for j in range(i + 1, len(sizes))
    }
    puzzle = make_puzzle(sizes, pairs)
    strips = tuple(((0, size, 1),) for size in sizes)
    return Puzzle(puzzle.sizes, puzzle.alignments, puzzle.pins, puzzle.forbidden, (1,) * len(sizes), strips)
