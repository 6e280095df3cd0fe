"""Orders with chance in them, for first fit."""

from __future__ import annotations

from itertools import islice, pairwise
from random import Random

from tests.solver.search.puzzles import crowd, intervals
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.heuristics.orders import Climb, disturbed_orders

_ROWS = [(i % 7, i % 7 + 2 + i % 3, 1 + i * i % 11) for i in range(60)]


def test_every_disturbed_order_has_every_item_once() -> None:
    for order in islice(disturbed_orders(intervals(_ROWS), Random(0)), 30):
        assert sorted(order) == list(range(len(_ROWS)))


def test_disturbed_orders_do_not_come_again_at_once() -> None:
    orders = list(islice(disturbed_orders(intervals(_ROWS), Random(0)), 30))
    assert len({tuple(order) for order in orders}) == len(orders)


def test_one_random_number_generator_has_one_course() -> None:
    one, same = (list(islice(disturbed_orders(intervals(_ROWS), Random(3)), 9)) for _ in range(2))
    assert one == same


def test_items_without_known_lifetimes_are_ordered_as_well() -> None:
    puzzle = intervals(_ROWS)
    bare = type(puzzle)(puzzle.sizes, puzzle.alignments, puzzle.pins, puzzle.forbidden)
    assert sorted(next(disturbed_orders(bare, Random(0)))) == list(range(len(_ROWS)))


def _climbed(puzzle: Puzzle, seed: int, steps: int) -> list[int]:
    climb, fit = Climb(puzzle, Random(seed)), FirstFit(puzzle)
    tops = []
    for _ in range(steps):
        order = climb.order()
        assert sorted(order) == list(range(puzzle.count))
        tops.append(fit.run(order).top)
        climb.came_to(tops[-1])
    return tops


def _apart(one: list[int], other: list[int]) -> int:
    """How many places the items have moved, in all."""
    return sum(abs(one.index(item) - other.index(item)) for item in one)


def test_a_climb_goes_on_from_the_order_with_the_lowest_packing() -> None:
    puzzle, _ = crowd(70, Random(1))
    climb, random = Climb(puzzle, Random(0)), Random(9)
    climb.order()
    climb.came_to(10)
    best = climb.order()
    climb.came_to(5)
    for _ in range(50):
        tried = climb.order()
        climb.came_to(9)
        assert tried != best
        assert 3 * _apart(tried, best) < _apart(tried, random.sample(best, len(best)))


def test_a_climb_has_one_course() -> None:
    puzzle, _ = crowd(50, Random(2))
    assert _climbed(puzzle, 5, 40) == _climbed(puzzle, 5, 40)


def test_a_climb_that_stands_still_begins_anew() -> None:
    puzzle = intervals([(i, i + 1, 1) for i in range(30)])  # every order comes to the same
    climb, orders = Climb(puzzle, Random(0)), []
    for _ in range(400):
        orders.append(climb.order())
        climb.came_to(1)
    steps = sorted(_apart(before, after) for before, after in pairwise(orders))
    assert steps[-2] > 2 * steps[200]  # two of them are no steps
