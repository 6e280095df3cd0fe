"""Branch and bound over the choices of `auto` buffers, the most accesses first.

A branch is given up if even a relaxation has no more accesses than the best choice found. The relaxation is a
fractional knapsack in the tightest stretch of phases. The choice at the end of a branch is packed. If it cannot be
packed, buffers are removed as long as it stays impossible. Then no choice with the remaining buffers, or with buffers
like them, is tried again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from warpack.solver.search.auto.byte_limits import ByteLimits, Class, joined
from warpack.solver.search.auto.choice import Candidate, Chosen, Left, Members, Tried
from warpack.solver.search.auto.demand import Demand, Held, Used
from warpack.solver.search.core.known_choice import Order
from warpack.solver.search.core.stop import Stop
from warpack.solver.wire.units import Bytes


@dataclass
class BranchAndBound:
    """`pack` packs a choice into a room, perhaps loosely. `settle` packs it as tightly as it can. The search ends after
    `node_limit` branches or `pack_limit` packings, or when `stop` says so. At most `tie_limit` packings are only for a
    better order (stride and run bytes) with the same accesses."""

    candidates: Sequence[Candidate]
    demand: Demand
    rooms: ByteLimits
    pack: Callable[[Members, Bytes], Tried]
    settle: Callable[[Members], Tried]
    stop: Stop
    node_limit: int
    pack_limit: int
    tie_limit: int
    start: Members = ()
    """A choice that is known to fit into `start_bytes` run bytes."""
    start_bytes: Bytes = 0
    _best: Members = ()
    _accesses: int = 0
    _order: Order = (0, 0)
    _at_least: Order = (0, 0)
    """A lower bound on the order of all packings of the best choice."""
    _settled: bool = False
    """Whether `_order` is that of a tight packing."""
    _nodes: int = 0
    _packs: int = 0
    _ties: int = 0
    _left: set[Left] = field(default_factory=set)
    _least: dict[tuple[Bytes, Class], Order] = field(default_factory=dict)
    _impossible: list[Counter[int]] = field(default_factory=list)

    def run(self) -> Chosen:
        """The best choice found, and what is proven of it."""
        everything = list(range(len(self.candidates)))
        used, held = list(self.demand.start), self.demand.held
        for number in self.start:
            self.demand.add(used, held, number)
        kind = self._kind(self.start)
        self._best, self._accesses = self.start, self._worth(self.start)
        self._order, self._at_least = (
            self.rooms.order(self.start_bytes, kind),
            self.rooms.order(max(used, default=0), kind),
        )
        self._branch((), self.rooms.base, list(self.demand.start), self.demand.held, everything)
        left = frozenset(
            one
            for one in self._left
            if one.accesses > self._accesses or (one.accesses == self._accesses and one.order < self._order)
        )
        at_most = max((one.accesses for one in left), default=0)
        return Chosen(tuple(sorted(self._best)), self._accesses, max(self._accesses, at_most), self._nodes, left)

    def _branch(self, members: Members, kind: Class, used: Used, held: Held, left: list[int]) -> None:
        """Tries all choices with `members` and any of `left`: with the first of these, then without it, and so on."""
        value = self._worth(members)
        while not self._known_impossible(members):
            room = self.rooms.reach(kind)
            left = [number for number in left if self.demand.fits(used, held, number, room)]
            hoped = value + self._most_accesses(used, left, room)
            if hoped < self._accesses:
                return
            least = self._least_order(max(used, default=0), kind)
            if hoped == self._accesses and least >= self._order:
                return
            if self._over() or (hoped == self._accesses and self._ties >= self.tie_limit):
                self._left.add(Left(hoped, least, tried=False))
                return
            self._nodes += 1
            if not left:
                self._try_choice(members, kind, value, self.rooms.order(max(used, default=0), kind))
                return
            first, *rest = left
            more, kept = list(used), dict(held)
            self.demand.add(more, kept, first)
            self._branch((*members, first), joined(kind, self.candidates[first].kind), more, kept, rest)
            likeness = self.candidates[first].likeness
            left = [number for number in rest if self.candidates[number].likeness != likeness]

    def _worth(self, members: Members) -> int:
        return sum(self.candidates[number].accesses for number in members)

    def _least_order(self, run_bytes: Bytes, kind: Class) -> Order:
        """The best order of so many run bytes, in this class or in any that it may still grow into."""
        key = run_bytes, kind
        if key not in self._least:
            self._least[key] = self.rooms.least_order(run_bytes, kind)
        return self._least[key]

    def _known_impossible(self, members: Members) -> bool:
        likeness = Counter(self.candidates[number].likeness for number in members)
        return any(one <= likeness for one in self._impossible)

    def _over(self) -> bool:
        return self._nodes >= self.node_limit or self._packs >= self.pack_limit or self.stop.now()

    def _most_accesses(self, used: Used, left: Sequence[int], room: Bytes) -> int:
        """The most accesses that `left` may still add. For each stretch this is the sum of the buffers that are not
        live in it, and of the best fractions of the others. The least over the stretches counts."""
        live: list[list[tuple[int, Bytes]]] = [[] for _ in used]
        for number in left:
            accesses = self.candidates[number].accesses
            for stretch, size in self.demand.weights[number]:
                live[stretch].append((accesses, size))
        lost = 0
        for stretch, entries in enumerate(live):
            over = sum(size for _, size in entries) - (room - used[stretch])
            if over <= 0:
                continue
            entries.sort(key=lambda entry: entry[0] / entry[1])
            lost_here = 0
            for accesses, size in entries:
                if size >= over:
                    lost_here -= -accesses * over // size  # this part of it is lost, rounded up
                    break
                over -= size
                lost_here += accesses
            lost = max(lost, lost_here)
        return sum(self.candidates[number].accesses for number in left) - lost

    def _try_choice(self, members: Members, kind: Class, value: int, least: Order) -> None:
        if not members:
            return
        tie = value == self._accesses
        if tie and least >= self._order:
            return
        self._ties += tie
        room, reach = self.rooms.most(kind), self.rooms.reach(kind)
        tried = self._try(members, room)
        if tried.run_bytes is not None:
            if tie:
                self._break_tie(members, kind, tried.run_bytes, least)
            else:
                self._settled = False
                self._best, self._accesses = members, value
                self._order, self._at_least = self.rooms.order(tried.run_bytes, kind), least
        elif not tried.impossible:
            self._left.add(Left(value, least, tried=True))
        elif room == reach or self._try(members, reach).impossible:
            self._remember(members)

    def _break_tie(self, members: Members, kind: Class, run_bytes: Bytes, least: Order) -> None:
        """Compares a choice with the best one, which has as many accesses. Both are packed tightly, because orders of
        loose packings say little."""
        if not self._settled:
            self._settled = True
            self._order, self._at_least = self._tightly(self._best, self._order, self._at_least)
        if least >= self._order:
            return
        order, at_least = self._tightly(members, self.rooms.order(run_bytes, kind), least)
        if order < self._order:
            members, self._best = self._best, members
            (order, at_least), (self._order, self._at_least) = (self._order, self._at_least), (order, at_least)
        if at_least < self._order:
            self._left.add(Left(self._accesses, at_least, tried=True))

    def _tightly(self, members: Members, order: Order, at_least: Order) -> tuple[Order, Order]:
        """The order of a tight packing, and a lower bound on the orders of all packings."""
        kind = self._kind(members)
        tried = self.settle(members)
        if tried.run_bytes is not None:
            order = min(order, self.rooms.order(tried.run_bytes, kind))
        return order, max(at_least, self.rooms.order(tried.at_least, kind))

    def _kind(self, members: Members) -> Class:
        kind = self.rooms.base
        for number in members:
            kind = joined(kind, self.candidates[number].kind)
        return kind

    def _try(self, members: Members, room: Bytes) -> Tried:
        self._packs += 1
        return self.pack(members, room)

    def _remember(self, members: Members) -> None:
        """Remembers an impossible choice, after removing the members without which it stays impossible, the last
        first."""
        core = list(members)
        for member in reversed(members):
            if len(core) == 1 or self.stop.now():
                break
            fewer = tuple(number for number in core if number != member)
            if self._try(fewer, self.rooms.reach(self._kind(fewer))).impossible:
                core = list(fewer)
        self._impossible.append(Counter(self.candidates[number].likeness for number in core))
