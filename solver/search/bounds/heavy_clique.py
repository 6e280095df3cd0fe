"""The lower bound of a heavy clique: the sum of items of which no two may share a byte. They need not be live in one
phase."""

from __future__ import annotations

from warpack.solver.search.core.cliques import heavy_clique
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.strategy import BaseStrategy, Better, Clique, Interval


class HeavyClique(BaseStrategy):
    """It is asked once, before the search."""

    name = "heavy clique"

    def applies(self, interval: Interval, capacity: int) -> bool:
        return True

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        puzzle = self.case.puzzle
        items = heavy_clique(puzzle)
        return interval.raised(sum(puzzle.sizes[item] for item in items), Clique(items), self.name)
