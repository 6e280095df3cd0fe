"""First fit: items in a given order, each at the lowest offset that the items before it leave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from random import Random

from warpack.solver.search.core.offsets import bits_of, lowest_between, lowest_free
from warpack.solver.search.core.puzzle import Puzzle, Solution, solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.orders import disturbed_orders, moved, rule_orders

_BITSET_UNITS = 1 << 15
"""Regions of up to so many units keep the blocked offsets of an item as the bits of one integer."""

_MANY = 48
"""From so many items on, disturbed orders are tried as well: for fewer the rules nearly always do."""


class FirstFit:
    """First fit on one puzzle, made ready once and run for many orders. Pinned items always come first."""

    def __init__(self, puzzle: Puzzle) -> None:
        self._puzzle = puzzle
        reach = sum(puzzle.sizes) + max(puzzle.alignments, default=1) * puzzle.count
        self._as_bits = reach + max((pin for pin in puzzle.pins if pin is not None), default=0) <= _BITSET_UNITS
        if self._as_bits:
            self._masks = [[(j, *bits_of(gaps)) for j, gaps in row.items()] for row in puzzle.forbidden]

    def run(self, order: Sequence[int]) -> Solution:
        pinned = set(self._puzzle.pinned)
        if pinned:
            order = [*sorted(pinned), *(i for i in order if i not in pinned)]
        return self._by_bits(order) if self._as_bits else self._by_intervals(order)

    def _by_bits(self, order: Sequence[int]) -> Solution:
        puzzle, masks = self._puzzle, self._masks
        blocked = [0] * puzzle.count
        offsets = [0] * puzzle.count
        for i in order:
            pin = puzzle.pins[i]
            offset = lowest_free(blocked[i], puzzle.alignments[i]) if pin is None else pin
            offsets[i] = offset
            for j, bits, start in masks[i]:
                shift = offset + start
                blocked[j] |= bits << shift if shift >= 0 else bits >> -shift
        return solution(puzzle, offsets)

    def _by_intervals(self, order: Sequence[int]) -> Solution:
        puzzle = self._puzzle
        blocked: list[list[tuple[int, int]]] = [[] for _ in range(puzzle.count)]
        offsets = [0] * puzzle.count
        for i in order:
            pin = puzzle.pins[i]
            offset = lowest_between(blocked[i], puzzle.alignments[i]) if pin is None else pin
            offsets[i] = offset
            blocked[i].clear()
            for j, gaps in puzzle.forbidden[i].items():
                blocked[j] += [(offset + low, offset + high) for low, high in gaps]
        return solution(puzzle, offsets)


def construct(puzzle: Puzzle, *, good_enough: int, tries: int, random: Random, stop: Stop) -> Solution:
    """The best of first fit over rule orders, where items are many the same disturbed, and `tries` changes of the best order; ends
    early at a top of `good_enough`."""
    fit = FirstFit(puzzle)
    best: Solution | None = None
    best_order: list[int] = []
    chance = Random(0)  # noqa: S311 - the same for every seed: the portfolio is a fixed one
    disturbed = disturbed_orders(puzzle, chance) if puzzle.count >= _MANY else ()
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
