"""The lowest-first rule for many orders at once, orders bred for it, and the turns of breeding and squeezing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.solver.search.puzzles import crowd, first_fitted, intervals
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.cpsat_stacking import StackingSearch
from warpack.solver.search.heuristics.genetic import LEAST_ITEMS, Genetic, first_packing
from warpack.solver.search.heuristics.improving import Improver
from warpack.solver.search.heuristics.lowest_first import LowestFirst
from warpack.solver.search.region.interval_search import IntervalSearch

_PATIENT = Stop(float("inf"))

Row = tuple[int, int, int]


def _cuts(times: int) -> tuple[Puzzle, int]:
    """A rectangle cut in two so many times over, across and along in turns: nothing is smaller than the rectangle."""
    random = Random(times)
    rows = [(0, 400, 900)]
    for turn in range(times):
        cut: list[Row] = []
        for start, end, size in rows:
            if turn % 2 and end - start > 1:
                middle = random.randrange(start + 1, end)
                cut += [(start, middle, size), (middle, end, size)]
            elif size > 1:
                part = random.randrange(1, size)
                cut += [(start, end, part), (start, end, size - part)]
            else:
                cut.append((start, end, size))
        rows = cut
    return intervals(rows), 900


def _by_hand(rows: Sequence[Row], order: Sequence[int]) -> list[int]:
    """The rule, as it is said: the item that can lie lowest above what is placed; of several, the first in the
    order."""
    offsets: dict[int, int] = {}
    while len(offsets) < len(rows):
        heights = {
            i: max(
                [offsets[j] + rows[j][2] for j in offsets if rows[j][0] < rows[i][1] and rows[i][0] < rows[j][1]],
                default=0,
            )
            for i in order
            if i not in offsets
        }
        item = min(heights, key=heights.__getitem__)
        offsets[item] = heights[item]
    return [offsets[i] for i in range(len(rows))]


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    rows = []
    for _ in range(draw(st.integers(1, 9))):
        start = draw(st.integers(0, 6))
        rows.append((start, start + draw(st.integers(1, 4)), draw(st.integers(1, 9))))
    return rows


@given(_rows(), st.data())
def test_the_item_that_can_lie_lowest_goes_next(rows: list[Row], data: st.DataObject) -> None:
    orders = [data.draw(st.permutations(range(len(rows)))) for _ in range(3)]
    found = LowestFirst(intervals(rows)).place(np.array(orders))
    assert found.tolist() == [_by_hand(rows, order) for order in orders]


def test_sizes_of_many_bits_are_placed_as_well() -> None:
    rows = [(0, 2, 1 << 29), (1, 3, 1 << 28), (2, 4, 3)]
    found = LowestFirst(intervals(rows)).place(np.array([[0, 1, 2], [2, 1, 0]]))
    assert found.tolist() == [_by_hand(rows, order) for order in ([0, 1, 2], [2, 1, 0])]


def test_pins_alignments_and_items_that_share_in_part_are_left_to_others() -> None:
    free = intervals([(0, 2, 4), (1, 3, 4)])
    assert LowestFirst.takes(free)
    assert not LowestFirst.takes(Puzzle((4, 4), (1, 2), (None, None), free.forbidden, free.stretches))
    assert not LowestFirst.takes(Puzzle((4, 4), (1, 1), (0, None), free.forbidden, free.stretches))
    in_place = ({1: ((-3, -1), (1, 3))}, {0: ((-3, -1), (1, 3))})
    assert not LowestFirst.takes(Puzzle((4, 4), (1, 1), (None, None), in_place, free.stretches))


def test_small_puzzles_and_those_of_unknown_lifetimes_are_not_bred() -> None:
    puzzle, _ = crowd(LEAST_ITEMS, Random(0))
    assert Genetic.takes(puzzle)
    assert not Genetic.takes(crowd(LEAST_ITEMS - 1, Random(0))[0])
    assert not Genetic.takes(Puzzle(puzzle.sizes, puzzle.alignments, puzzle.pins, puzzle.forbidden))


@pytest.mark.parametrize("seed", range(3))
def test_bred_packings_are_legal_and_better_than_first_fit(seed: int) -> None:
    puzzle, bound = crowd(80, Random(seed))
    genetic = Genetic(puzzle, bound, seed)
    tops = []
    for _ in range(25):
        offsets = genetic.generation()
        assert puzzle.allows(offsets)
        tops.append(puzzle.top(offsets))
    assert tops == sorted(tops, reverse=True)
    assert bound <= tops[-1] < first_fitted(puzzle, bound).top


def test_one_seed_breeds_one_course() -> None:
    puzzle, bound = crowd(50, Random(4))
    one, same = Genetic(puzzle, bound, 7), Genetic(puzzle, bound, 7)
    assert [one.generation() for _ in range(8)] == [same.generation() for _ in range(8)]


def test_generations_are_small_and_cheap_at_first() -> None:
    puzzle, bound = crowd(60, Random(4))
    genetic, costs = Genetic(puzzle, bound, 0), []
    for _ in range(40):
        costs.append(genetic.cost)
        genetic.generation()
    assert costs == sorted(costs)
    assert 3 * costs[0] < 4 * 60 == costs[39]
    assert costs[0] < costs[5] < costs[10]


def test_a_population_that_stands_still_is_followed_by_others_which_are_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("warpack.solver.search.heuristics.genetic._PATIENCE", 1)
    puzzle, bound = _cuts(7)
    genetic = Genetic(puzzle, bound, 0)
    tops = [puzzle.top(genetic.generation()) for _ in range(60)]
    rises = [at for at, (before, after) in enumerate(pairwise(tops)) if after > before]
    assert rises  # one that begins anew is worse at first
    assert min(tops) >= bound


def test_improving_hands_out_better_and_better_packings_and_goes_on_where_it_was() -> None:
    puzzle, bound = _cuts(7)
    tops = [first_fitted(puzzle, bound).top]

    def better(offsets: Sequence[int]) -> None:
        assert puzzle.allows(offsets)
        tops.append(puzzle.top(offsets))

    improver = Improver(puzzle, bound, 0, frozenset({"skyline"}))
    after_first = improver.first(bound, tops[0], _PATIENT, better)
    assert after_first == tops[-1] < tops[0]
    improver.squeeze(bound, tops[-1], 30_000, _PATIENT, better)
    assert tops[-1] < after_first
    assert tops == sorted(set(tops), reverse=True)


def test_improving_that_is_cancelled_raises() -> None:
    puzzle, bound = crowd(50, Random(2))
    with pytest.raises(Stopped):
        Improver(puzzle, bound, 0).first(bound, 10**6, Stop(float("inf"), lambda: True), lambda _offsets: None)


def test_a_descent_reports_bred_packings_before_it_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    puzzle, bound = crowd(90, Random(1))
    first = first_fitted(puzzle, bound)
    tops: list[int] = []

    def stacked(*_arguments: object, **_options: object) -> None:
        raise Stopped

    monkeypatch.setattr(StackingSearch, "search", stacked)
    stop = Stop(float("inf"))
    descent = IntervalSearch(puzzle, seed=0, stop=stop, report=lambda found, _bound: tops.append(found.top)).run(
        first, bound
    )
    assert min(tops) < first.top
    assert descent.best.top <= min(tops)
    assert puzzle.allows(descent.best.offsets)


def test_the_first_packing_is_legal_and_needs_no_search() -> None:
    puzzle, bound = _cuts(7)
    offsets = first_packing(puzzle)
    assert puzzle.allows(offsets)
    assert bound <= puzzle.top(offsets) <= 2 * bound
