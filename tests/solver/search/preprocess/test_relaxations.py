"""What is taken out, rounded or left aside before a search loses no packing, and what is put back is one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings

from tests.helpers.sweeps import times
from tests.solver.search.lanes.test_both_ends import rows
from tests.solver.search.puzzles import clique, fits, least, puzzles
from warpack.solver.search.bounds.destructive import DestructiveBounds
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.preprocess.coarsening import coarsened, levels, relaxed_to
from warpack.solver.search.preprocess.columns import fullest_columns, in_columns
from warpack.solver.search.preprocess.dominance import place_inside
from warpack.solver.search.preprocess.reduction import Reductions, reduce


@settings(max_examples=times(150))
@given(puzzles())
def test_a_reduction_for_the_least_capacity_loses_no_packing_within_it_and_invents_none_where_exact(
    puzzle: Puzzle,
) -> None:
    capacity = least(puzzle)
    for relaxed in (False, True):
        reduced = reduce(puzzle, relaxed=relaxed, capacity=capacity)
        assert reduced.bound <= capacity
        assert fits(reduced.puzzle, capacity - reduced.bottom)
    below = reduce(puzzle, capacity=capacity - 1)
    if below.exact and below.bound < capacity:
        assert not fits(below.puzzle, capacity - 1 - below.bottom)


@pytest.mark.parametrize("seed", range(60))
def test_what_a_reduction_for_a_capacity_takes_out_finds_its_place_again(seed: int) -> None:
    puzzle = rows(Random(seed), 4, 3)
    capacity = least(puzzle)
    reduced = reduce(puzzle, capacity=capacity)
    offsets = _packing(reduced.puzzle, capacity - reduced.bottom)
    whole = reduced.restore(puzzle, offsets)
    assert puzzle.allows(whole)
    assert puzzle.top(whole) <= capacity


@pytest.mark.parametrize("seed", range(60))
def test_aligned_packings_of_a_relaxed_reduction_are_put_back_without_breaking_a_rule(seed: int) -> None:
    puzzle = rows(Random(seed), 5, 3, (1, 2, 4))
    reduced = reduce(puzzle, relaxed=True, capacity=least(puzzle))
    aligned = puzzle.restrict(reduced.kept)
    assert puzzle.allows(reduced.restore(puzzle, _packing(aligned, sum(aligned.sizes) + 4 * aligned.count)))


def test_an_item_that_its_neighbours_cannot_keep_out_is_left_aside() -> None:
    sizes = (6, 5, 1)
    forbidden = ({1: ((-4, 5),), 2: ((0, 5),)}, {0: ((-5, 4),)}, {0: ((-5, 0),)})
    puzzle = Puzzle(sizes, (1, 1, 1), (None,) * 3, forbidden)
    reduced = reduce(puzzle, capacity=11)
    assert 2 not in reduced.kept
    assert puzzle.allows(reduced.restore(puzzle, [0] * len(reduced.kept)))


def test_an_item_fits_inside_another_that_meets_all_that_it_meets() -> None:
    sizes = (2, 5, 3)  # the first and the second never meet; both meet the third
    forbidden = ({2: ((-2, 1),)}, {2: ((-2, 4),)}, {0: ((-1, 2),), 1: ((-4, 2),)})
    puzzle = Puzzle(sizes, (1, 1, 1), (None,) * 3, forbidden)
    everything = range(3)
    assert place_inside(puzzle, 0, 1, everything) == 0
    assert place_inside(puzzle, 1, 0, everything) is None
    assert place_inside(puzzle, 0, 2, everything) is None


def test_an_item_is_not_laid_inside_another_that_is_aligned_less() -> None:
    sizes = (2, 5, 3)
    forbidden = ({2: ((-2, 1),)}, {2: ((-2, 4),)}, {0: ((-1, 2),), 1: ((-4, 2),)})
    puzzle = Puzzle(sizes, (2, 1, 1), (None,) * 3, forbidden)
    assert place_inside(puzzle, 0, 1, range(3)) is None


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("unit", [2, 3])
def test_a_packing_is_one_in_every_larger_unit_too(seed: int, unit: int) -> None:
    puzzle = rows(Random(seed), 4, 4)
    assert fits(relaxed_to(puzzle, unit), least(puzzle) // unit)


@pytest.mark.parametrize("seed", range(40))
def test_a_packing_is_one_in_every_choice_of_columns(seed: int) -> None:
    random = Random(seed)
    puzzle = rows(random, 4, 4)
    order = fullest_columns(puzzle)
    for count in range(1, len(order) + 1):
        part = in_columns(puzzle, sum(1 << bit for bit in order[:count]))
        assert fits(part, least(puzzle))
        assert all(strips for strips in part.strips)
    assert part.count == puzzle.count


def test_small_items_beside_large_ones_do_not_keep_the_unit_small() -> None:
    puzzle = clique([96, 192, 96, 1])
    puzzle = Puzzle(
        puzzle.sizes,
        puzzle.alignments,
        puzzle.pins,
        puzzle.forbidden,
        (1,) * 4,
        tuple(((0, s, 1),) for s in puzzle.sizes),
    )
    assert coarsened(puzzle)[1] == 1
    assert levels(puzzle) == (96, 1)
    assert relaxed_to(puzzle, 96).sizes == (1, 2, 1)


@pytest.mark.parametrize("seed", range(40))
def test_a_prover_ends_at_the_least_capacity_and_never_above(seed: int) -> None:
    puzzle = rows(Random(200 + seed), 5, 4, (1, 1, 2, 4))
    answer, bound, top = least(puzzle), 0, 40
    prover = DestructiveBounds(Reductions.of(puzzle, 0), seed, lambda: False)
    for _ in range(40):
        narrowed = prover.narrow(bound, top, 0.1, Stop.after(3600))
        bound = narrowed.bound
        if narrowed.offsets is not None:
            assert puzzle.allows(narrowed.offsets)
            top = puzzle.top(narrowed.offsets)
        assert bound <= answer <= top
        if bound == top:
            break
    assert bound == top == answer


def _packing(puzzle: Puzzle, capacity: int) -> tuple[int, ...]:
    """Some packing of a small puzzle within the capacity, found by looking at all offsets."""
    placed: list[int] = []

    def place() -> bool:
        item = len(placed)
        if item == puzzle.count:
            return True
        for offset in range(0, capacity - puzzle.sizes[item] + 1, puzzle.alignments[item]):
            differences = ((offset - placed[j], gaps) for j, gaps in puzzle.forbidden[item].items() if j < item)
            if not any(low <= -difference <= high for difference, gaps in differences for low, high in gaps):
                placed.append(offset)
                if place():
                    return True
                placed.pop()
        return False

    assert place()
    return tuple(placed)
