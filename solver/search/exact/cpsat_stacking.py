"""Packs many items into a fixed capacity: CP-SAT walks along an order, and places each item as low as it can lie.

For tight sets of a hundred intervals and more this finds packings at the very bound, which no order of first fit does.
Measured on public instances of dynamic storage allocation, these matter: a no-overlap constraint for each maximal
clique, the lowest item first along a fixed order, no linear relaxation, and no probing. Several orders get short,
growing slices of effort, because run times are heavy-tailed.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from itertools import count
from math import log
from random import Random
from typing import TYPE_CHECKING, Any

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.cliques import Cover, cover
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.core.strips import Stacks
from warpack.solver.search.core.symmetry import alike_pairs
from warpack.solver.search.exact.cpsat_model import new_solver, stacked_model, walk_along, without_relaxation

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_LANES = 2
"""Searches side by side, on two cores. Of those with an answer, the first in the order of turns decides, whichever was
faster."""

_ASK_EVERY_S = 0.05
_METHOD = "cp-sat-stacking"

Turn = tuple[list[int], int]
"""An order of the items, and the pool from which each choice is made: so many of the items that can lie lowest (0:
always the lowest)."""


class StackingSearch:
    """Searches one puzzle at any capacity. At each capacity, a call continues with the turns that follow those of the
    last call."""

    def __init__(self, puzzle: Puzzle, seed: int) -> None:
        self._puzzle = puzzle
        self._cover = cover(puzzle)
        places = (tuple((item, 0, puzzle.sizes[item]) for item in clique) for clique in self._cover.cliques)
        self._stacks = Stacks(tuple(places), self._cover.pairs)
        self._alike = alike_pairs(puzzle)
        self._seed = seed
        self._turns: dict[int, Iterator[Turn]] = {}
        self._seeds = count(seed)

    def search(self, capacity: int, *, effort: float, stop: Stop, lanes: int = _LANES) -> Attempt:
        """Packs the puzzle into `capacity` units, or proves that it has no such packing. Each lane does one turn of
        `effort` deterministic seconds. The outcome depends on the machine's speed only if `stop` ends it. May raise
        Stopped."""
        stop.check()
        model = stacked_model(self._puzzle, self._stacks, self._alike, capacity, whole=True)
        stop.check()
        if model is None:
            return Attempt("impossible", method=_METHOD)
        left = self._turns.setdefault(capacity, turns(self._puzzle, self._cover, self._seed))
        searches = [_Lane(model, next(left), effort, next(self._seeds) % 2**31, stop) for _ in range(lanes)]
        nodes = 0
        with ThreadPoolExecutor(lanes) as pool:
            runs = [pool.submit(lane.run) for lane in searches]
            try:
                for lane, run in zip(searches, runs, strict=True):
                    _await(run, stop)
                    nodes += lane.nodes
                    if run.result() != "unknown":
                        return Attempt(run.result(), lane.offsets, _METHOD, nodes)
            finally:
                for lane in searches:
                    lane.end()
        stop.check()
        return Attempt("unknown", method=_METHOD, nodes=nodes)


def _await(run: Future[Any], stop: Stop) -> None:
    while not run.done():
        stop.check()
        wait_for((run,), timeout=_ASK_EVERY_S)


class _Lane:
    """One search: a copy of the model, with its own order."""

    def __init__(self, model: cp_model.CpModel, turn: Turn, effort: float, seed: int, stop: Stop) -> None:
        order, pool = turn
        self._model = model.clone()
        self._items = range(len(order))
        self._solver = without_relaxation(new_solver(effort, seed, stop))
        walk_along(self._model, self._solver, order, pool)
        self._ended = False
        self.nodes = 0
        self.offsets: tuple[int, ...] = ()

    def run(self) -> Any:
        from ortools.sat.python import cp_model

        if self._ended:
            return "unknown"
        status = self._solver.solve(self._model)
        self.nodes = self._solver.num_branches
        if status == cp_model.INFEASIBLE:
            return "impossible"
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return "unknown"
        self.offsets = tuple(self._solver.response_proto.solution[item] for item in self._items)
        return "packed"

    def end(self) -> None:
        """Ends this lane, because nobody waits for it any longer."""
        self._ended = True
        self._solver.stop_search()


def turns(puzzle: Puzzle, conflicts: Cover, seed: int) -> Iterator[Turn]:
    """Endless orders: first the rules that do well by themselves, then disturbed ones."""
    random = Random(seed)  # noqa: S311 - the same seed has to give the same layout
    sizes, items = puzzle.sizes, range(puzzle.count)
    met, cliques = list(sizes), [1] * puzzle.count
    for clique in conflicts.cliques:
        together = sum(sizes[item] for item in clique)
        for item in clique:
            met[item], cliques[item] = max(met[item], together), cliques[item] + 1
    lengths = [max(1, stretch.bit_count()) for stretch in puzzle.stretches] or cliques
    area = [length * size for length, size in zip(lengths, sizes, strict=True)]
    crowded_and_large = [6 * log(met[i]) + 0.5 * log(area[i]) for i in items]
    rules: list[list[Any]] = [
        crowded_and_large,
        [(met[i], lengths[i], area[i]) for i in items],
        area,
        [(lengths[i], area[i], met[i]) for i in items],
    ]
    soft = [
        crowded_and_large,
        [20 * log(met[i]) + log(lengths[i]) for i in items],
        [log(area[i]) for i in items],
        [2 * log(lengths[i]) + 0.3 * log(sizes[i]) for i in items],
    ]
    for rule in rules:
        yield sorted(items, key=rule.__getitem__, reverse=True), 0
    while True:
        for rule in soft:
            disturbed = [value + random.gauss(0, 0.4) for value in rule]
            yield sorted(items, key=disturbed.__getitem__, reverse=True), random.choice((0, 2, 3))
        for rule in rules:
            yield sorted(items, key=rule.__getitem__, reverse=True), random.choice((2, 3))
