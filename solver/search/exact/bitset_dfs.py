"""Exact depth-first search at a fixed capacity, for small cores: each item's possible offsets are the bits of an integer."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.domains import Narrowing
from warpack.solver.search.core.normal_patterns import offset_patterns
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop

_ASK_EVERY = 64
"""Nodes between two questions whether to stop: a node takes some tens of microseconds."""


class _LimitReached(Exception):
    """The search has looked at as many nodes as it may."""


class _Search:
    """The item with the fewest offsets left for its weight is placed next. The weight is its size times the sizes of all that
    it conflicts with: on CuBIE's sets that takes a fifteenth of the nodes that the fewest offsets alone take."""

    def __init__(self, puzzle: Puzzle, node_limit: int, stop: Stop) -> None:
        self.nodes = 0
        self._limit, self._stop = node_limit, stop
        self._narrowing = Narrowing(puzzle)
        self.offsets = [0] * puzzle.count

    def place(self, domains: list[int], left: Sequence[int]) -> bool:
        self.nodes += 1
        if self.nodes > self._limit:
            raise _LimitReached
        if self.nodes % _ASK_EVERY == 0:
            self._stop.check()
        if not left:
            return True
        weights = self._narrowing.weights
        item = min(left, key=lambda i: domains[i].bit_count() / weights[i])
        rest = [i for i in left if i != item]
        domain = domains[item]
        while domain:
            lowest = domain & -domain
            domain ^= lowest
            offset = lowest.bit_length() - 1
            after = self._narrowing.after(domains, item, offset)
            if all(after[i] for i in rest) and self.place(after, rest):
                self.offsets[item] = offset
                return True
        return False


def search_bits(puzzle: Puzzle, capacity: int, *, node_limit: int, stop: Stop) -> Attempt:
    """Packs the puzzle into `capacity` units, or proves that it cannot be done, within `node_limit` nodes. May raise Stopped."""
    domains = offset_patterns(puzzle, capacity)
    if not all(domains):
        return Attempt("impossible")
    search = _Search(puzzle, node_limit, stop)
    try:
        packed = search.place(domains, range(puzzle.count))
    except _LimitReached:
        return Attempt("unknown", nodes=search.nodes)
    if packed:
        return Attempt("packed", tuple(search.offsets), nodes=search.nodes)
    return Attempt("impossible", nodes=search.nodes)
