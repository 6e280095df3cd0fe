"""Orders with chance in them, for first fit."""

from __future__ import annotations

from itertools import islice
from random import Random

from tests.solver.search.puzzles import intervals
from warpack.solver.search.heuristics.orders import disturbed_orders

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
