"""The first packing, by first fit along several orders."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from random import Random

from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.puzzle import Puzzle, Solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.orders import disturbed_orders, moved, rule_orders

MANY, _DISTURBED = 48, 24
"""With so many items or more, so many disturbed orders are tried too. With fewer, the rules nearly always suffice."""


def construct(puzzle: Puzzle, *, good_enough: int, tries: int, random: Random, stop: Stop) -> Solution:
    """The best packing by first fit along the rule orders, along disturbed ones if there are many items, and along
    `tries` changes of the best order. Ends early at a top of `good_enough`."""
    fit = FirstFit(puzzle)
    best: Solution | None = None
    best_order: list[int] = []
    disturbed: Iterable[list[int]] = ()
    if puzzle.count >= MANY:
        chance = Random(0)  # noqa: S311 - the same for every seed, because these orders are fixed
        disturbed = islice(disturbed_orders(puzzle, chance), _DISTURBED)
    for order in chain(rule_orders(puzzle), disturbed):
        found = fit.run(order)
        if best is None or found.top < best.top:
            best, best_order = found, order
        if best.top <= good_enough or stop.now():
            return best
    if best is None:
        return Solution((), 0)
    for _ in range(tries):
        order = moved(best_order, random)
        found = fit.run(order)
        if found.top <= best.top:
            best, best_order = found, order
        if best.top <= good_enough or stop.now():
            break
    return best
