"""The exact searches against trying everything."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings

from tests.helpers.sweeps import times
from tests.solver.search.puzzles import clique, fits, least, make_puzzle, puzzles, whole
from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.normal_patterns import offset_patterns
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.core.windows import Hull
from warpack.solver.search.exact.bitset_dfs import search_bits
from warpack.solver.search.exact.cpsat_model import complement
from warpack.solver.search.exact.cpsat_pairs import search_cpsat
from warpack.solver.search.heuristics.first_fit import construct
from warpack.solver.search.preprocess.coarsening import coarsened
from warpack.solver.search.preprocess.reduction import reduce
from warpack.solver.search.region.interval_search import IntervalSearch

STOP = Stop.after(3600)


def by_bits(puzzle: Puzzle, capacity: int) -> Attempt:
    return search_bits(puzzle, capacity, node_limit=100_000, stop=STOP)


def by_cpsat(puzzle: Puzzle, capacity: int) -> Attempt:
    return search_cpsat(puzzle, capacity, effort=10.0, seed=0, stop=STOP)


def interlocked() -> Puzzle:
    """Two items that hold one another up, and cannot both move down by one: the first is aligned to two."""
    return Puzzle((2, 3), (2, 1), (None, None), ({1: ((-2, -2), (0, 1))}, {0: ((-1, 0), (2, 2))}))


@settings(max_examples=times(200))
@example(interlocked())
@given(puzzles())
def test_bitset_search_packs_at_the_least_capacity_and_proves_that_one_less_is_not_enough(puzzle: Puzzle) -> None:
    capacity = least(puzzle)
    packed = by_bits(puzzle, capacity)
    assert packed.verdict == "packed"
    assert puzzle.allows(packed.offsets)
    assert puzzle.top(packed.offsets) <= capacity
    assert by_bits(puzzle, capacity - 1).verdict == "impossible"


@settings(max_examples=times(40))
@given(puzzles())
def test_cpsat_packs_at_the_least_capacity_and_proves_that_one_less_is_not_enough(puzzle: Puzzle) -> None:
    capacity = least(puzzle)
    packed = by_cpsat(puzzle, capacity)
    assert packed.verdict == "packed"
    assert puzzle.allows(packed.offsets)
    assert puzzle.top(packed.offsets) <= capacity
    assert by_cpsat(puzzle, capacity - 1).verdict == "impossible"


def test_cpsat_keeps_to_gaps_that_reach_to_the_end_of_what_the_capacity_leaves() -> None:
    puzzle = make_puzzle([3, 3], {(0, 1): ((-1, -1), (2, 2))}, pins={1: 2})
    packed = by_cpsat(puzzle, 5)
    assert packed.verdict == "packed"
    assert puzzle.allows(packed.offsets)


@settings(max_examples=times(150))
@given(puzzles())
def test_the_descent_ends_at_the_least_capacity_with_a_bound_that_meets_it(puzzle: Puzzle) -> None:
    first = construct(puzzle, good_enough=0, tries=0, random=Random(0), stop=STOP)
    assert puzzle.allows(first.offsets)
    descent = IntervalSearch(puzzle, seed=0, stop=STOP, report=lambda _best, _bound: None).run(first, 0)
    assert descent.best.top == descent.bound == least(puzzle)
    assert puzzle.allows(descent.best.offsets)


@settings(max_examples=times(150))
@given(puzzles())
def test_counting_in_a_larger_unit_changes_no_answer(puzzle: Puzzle) -> None:
    double = make_puzzle(
        [2 * size for size in puzzle.sizes],
        {
            (i, j): tuple((2 * low - 1, 2 * high + 1) for low, high in gaps)
            for i, row in enumerate(puzzle.forbidden)
            for j, gaps in row.items()
            if i < j
        },
        [2 * alignment for alignment in puzzle.alignments],
        {i: 2 * pin for i, pin in enumerate(puzzle.pins) if pin is not None},
    )
    coarse, unit = coarsened(double)
    assert unit % 2 == 0
    assert unit * least(coarse) == 2 * least(puzzle)


@settings(max_examples=times(150))
@given(puzzles())
def test_a_reduction_never_loses_a_packing_and_an_exact_one_never_invents_one(puzzle: Puzzle) -> None:
    capacity = least(puzzle)
    for relaxed in (False, True):
        reduced = reduce(puzzle, relaxed=relaxed)
        assert reduced.bound <= capacity
        assert fits(reduced.puzzle, capacity - reduced.bottom)
        if reduced.exact:
            room = least(reduced.puzzle) if reduced.puzzle.count else 0
            assert max(room + reduced.bottom, reduced.bound) == capacity


@settings(max_examples=times(150))
@given(puzzles(with_pins=False))
def test_an_exact_reduction_restores_to_a_legal_packing(puzzle: Puzzle) -> None:
    reduced = reduce(puzzle)
    core = construct(reduced.puzzle, good_enough=0, tries=0, random=Random(0), stop=STOP)
    assert puzzle.allows(reduced.restore(puzzle, core.offsets))


def test_offset_patterns_are_sums_of_the_other_items_sizes() -> None:
    domains = offset_patterns(clique([3, 5, 5]), 14)
    assert [{o for o in range(15) if domain >> o & 1} for domain in domains] == [{0, 5, 10}, {0, 3, 5, 8}, {0, 3, 5, 8}]


def test_a_node_limit_leaves_the_question_open() -> None:
    assert search_bits(clique([2, 3, 4, 5, 6]), 19, node_limit=2, stop=STOP).verdict == "unknown"


def test_both_searches_end_when_they_are_told_to() -> None:
    stopped = Stop.after(60, lambda: True)
    with pytest.raises(Stopped):
        search_bits(clique([2, 3, 4, 5, 6, 7, 8, 9]), 43, node_limit=100_000, stop=stopped)
    with pytest.raises(Stopped):
        search_cpsat(clique([2, 3]), 4, effort=1.0, seed=0, stop=stopped)


def test_a_hull_keeps_a_conflicting_item_out_of_a_gap_that_it_would_fit() -> None:
    sizes = [1, 1, 1]
    # Items 0 and 1 have to be two units apart, which leaves a gap for item 2, were it not for the hull.
    rows = {(0, 1): ((-1, 1),), (0, 2): whole(sizes, 0, 2), (1, 2): whole(sizes, 1, 2)}
    puzzle = make_puzzle(sizes, rows)
    hull = Hull(members=(0, 1), outside=(2,))
    assert search_cpsat(puzzle, 3, effort=1.0, seed=0, stop=STOP).verdict == "packed"
    assert search_cpsat(puzzle, 3, effort=1.0, seed=0, stop=STOP, hulls=[hull]).verdict == "impossible"
    assert search_cpsat(puzzle, 4, effort=1.0, seed=0, stop=STOP, hulls=[hull]).verdict == "packed"


@pytest.mark.parametrize(
    ("gaps", "legal"),
    [
        (((-2, 2),), ((-4, -3), (3, 4))),
        (((-9, 2),), ((3, 4),)),
        (((-4, 4),), ()),
        (((-2, -1), (1, 2)), ((-4, -3), (0, 0), (3, 4))),
        (((7, 9),), ((-4, 4),)),
    ],
)
def test_complement_lists_what_the_gaps_leave(gaps: object, legal: object) -> None:
    assert complement(gaps, -4, 4) == legal  # type: ignore[arg-type]  # a parameter of the test
