"""Exact depth-first search at a fixed capacity, for small cores. The possible offsets of an item are the bits of an
integer."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.domains import Domains
from warpack.solver.search.core.normal_patterns import offset_patterns
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import BaseStrategy, Better, Interval

_MOST_ITEMS, _MOST_UNITS, _MOST_NODES = 24, 1 << 13, 25_000
"""The limits of the search: items, capacity and nodes. A node takes some 10 µs, so all take at most half the time of
importing CP-SAT."""

_NODE_WORTH = 1e-5
"""The effort that a node counts."""

_ASK_EVERY = 64
"""Nodes between two looks at the clock. A node takes some tens of microseconds."""


class _LimitReached(Exception):
    """The search has visited as many nodes as it may."""


class _Search:
    """The next item is the one with the fewest remaining offsets for its weight. The weight is its size times the sum
    of the sizes that it conflicts with. On CuBIE's sets this takes a fifteenth of the nodes that the fewest offsets
    alone take."""

    def __init__(self, puzzle: Puzzle, node_limit: int, stop: Stop) -> None:
        self.nodes = 0
        self._limit, self._stop = node_limit, stop
        self._narrowing = Domains(puzzle)
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
    """Packs the puzzle into `capacity` units, or proves that it has no such packing, within `node_limit` nodes. May
    raise Stopped."""
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


class Bitsets(BaseStrategy):
    """The bitset search, for small cores. A capacity that takes too many nodes is left to other strategies."""

    name = "bitsets"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._too_many_nodes: set[int] = set()

    def applies(self, interval: Interval, capacity: int) -> bool:
        room = self.case.room(capacity)
        small = self.case.core.count <= _MOST_ITEMS and room <= _MOST_UNITS
        return small and not self.case.hulls and room not in self._too_many_nodes

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        room = self.case.room(capacity)
        attempt = search_bits(self.case.core, room, node_limit=_MOST_NODES, stop=stop)
        self.spent += _NODE_WORTH * attempt.nodes
        if attempt.verdict == "unknown":
            self._too_many_nodes.add(room)
        return self.answered(interval, attempt, capacity)
