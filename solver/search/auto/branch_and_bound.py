"""Which `auto` buffers go on chip: branch and bound over the choices, most accesses first.

A branch is given up where even a relaxation (the tightest stretch of phases as a knapsack that may be filled with
fractions) wins no more than the best choice found. What is left at the end of a branch is packed. Where it cannot be
packed, it is thinned out until everything left in it is needed for that, and no choice that holds it, or buffers just
like it, is looked at again.
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
    """`pack` packs a choice into a room, loosely maybe; `settle` as tightly as it can. The search ends after
    `node_limit` branches or `pack_limit` packings, or when `stop` says so; `tie_limit` packings are spent on better
    orders alone."""

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
    """A choice that is known to fit, in so many run bytes."""
    start_bytes: Bytes = 0
    _best: Members = ()
    _accesses: int = 0
    _order: Order = (0, 0)
    _at_least: Order = (0, 0)
    """No packing of the best choice has a smaller order."""
    _settled: bool = False
    """Whether the best choice's order is that of a tight packing."""
    _nodes: int = 0
    _packs: int = 0
    _ties: int = 0
    _left: set[Left] = field(default_factory=set)
    _least: dict[tuple[Bytes, Class], Order] = field(default_factory=dict)
    _impossible: list[Counter[int]] = field(default_factory=list)

    def run(self) -> Chosen:
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
        """All choices that hold `members` and any of `left`: the first of these is taken, then left out, and so on."""
        value = self._worth(members)
        while not self._hopeless(members):
            room = self.rooms.reach(kind)
            left = [number for number in left if self.demand.fits(used, held, number, room)]
            hoped = value + self._hope(used, left, room)
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
                self._leaf(members, kind, value, self.rooms.order(max(used, default=0), kind))
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
        """The best order of so many run bytes of this class, or of any that it may still grow into."""
        key = run_bytes, kind
        if key not in self._least:
            self._least[key] = self.rooms.least_order(run_bytes, kind)
        return self._least[key]

    def _hopeless(self, members: Members) -> bool:
        likeness = Counter(self.candidates[number].likeness for number in members)
        return any(one <= likeness for one in self._impossible)

    def _over(self) -> bool:
        return self._nodes >= self.node_limit or self._packs >= self.pack_limit or self.stop.now()

    def _hope(self, used: Used, left: Sequence[int], room: Bytes) -> int:
        """The most accesses that `left` may still bring: for each stretch, all of those not live in it and the best
        fractions of the others; the least over the stretches."""
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
                    lost_here -= -accesses * over // size  # a part of it has to go, rounded up
                    break
                over -= size
                lost_here += accesses
            lost = max(lost, lost_here)
        return sum(self.candidates[number].accesses for number in left) - lost

    def _leaf(self, members: Members, kind: Class, value: int, least: Order) -> None:
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
                self._contest(members, kind, tried.run_bytes, least)
            else:
                self._settled = False
                self._best, self._accesses = members, value
                self._order, self._at_least = self.rooms.order(tried.run_bytes, kind), least
        elif not tried.impossible:
            self._left.add(Left(value, least, tried=True))
        elif room == reach or self._try(members, reach).impossible:
            self._remember(members)

    def _contest(self, members: Members, kind: Class, run_bytes: Bytes, least: Order) -> None:
        """A choice with as many accesses as the best one: both are packed tightly, since orders of loose packings say
        little."""
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
        """The order of a tight packing, and one that no packing is below."""
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
        """Thins an impossible choice out: leaves out what it is impossible without, the last members first."""
        core = list(members)
        for member in reversed(members):
            if len(core) == 1 or self.stop.now():
                break
            fewer = tuple(number for number in core if number != member)
            if self._try(fewer, self.rooms.reach(self._kind(fewer))).impossible:
                core = list(fewer)
        self._impossible.append(Counter(self.candidates[number].likeness for number in core))
