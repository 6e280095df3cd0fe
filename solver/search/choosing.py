"""Which `auto` buffers go on chip: branch and bound over the choices, most accesses first.

A branch is given up where even a relaxation (the tightest stretch of phases as a knapsack that may be filled with fractions) wins
no more than the best choice found. What is left at the end of a branch is packed. Where it cannot be packed, it is thinned out
until everything left in it is needed for that, and no choice that holds it, or buffers just like it, is looked at again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from solver.search.demand import Demand, Held, Used
from solver.search.room import Class, Rooms, joined
from solver.search.stop import Stop
from solver.wire.units import Bytes

Members = tuple[int, ...]
"""Numbers of candidates."""


@dataclass(frozen=True)
class Candidate:
    """`kind`: its alignment and element width. Candidates of one `likeness` can stand for one another."""

    accesses: int
    kind: Class
    likeness: int


@dataclass(frozen=True)
class Tried:
    """Whether a choice was packed within the room; whether it is known that it cannot be; and how choices of equal accesses
    are ranked: smaller is better."""

    fits: bool
    impossible: bool = False
    rank: tuple[int, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """The best choice found; no choice has more than `accesses_at_most`."""

    members: Members
    accesses: int
    accesses_at_most: int
    nodes: int


@dataclass
class Chooser:
    """`pack` packs a choice into a room, loosely maybe; `settle` as tightly as it can. `least_rank` is the best rank that so many run
    bytes of a class can have. The search ends after `node_limit` branches or `pack_limit` packings, or when `stop` says so;
    `tie_limit` packings are spent on better ranks alone."""

    candidates: Sequence[Candidate]
    demand: Demand
    rooms: Rooms
    pack: Callable[[Members, Bytes], Tried]
    settle: Callable[[Members], Tried]
    least_rank: Callable[[Bytes], tuple[int, ...]]
    stop: Stop
    node_limit: int
    pack_limit: int
    tie_limit: int
    start: Members = ()
    """A choice that is known to fit, with its rank."""
    start_rank: tuple[int, ...] = ()
    _best: Members = ()
    _accesses: int = 0
    _rank: tuple[int, ...] = ()
    _settled: bool = False
    """Whether the best choice's rank is that of a tight packing."""
    _nodes: int = 0
    _packs: int = 0
    _ties: int = 0
    _open: int = 0
    """The most accesses that a branch left unsearched may have."""
    _impossible: list[Counter[int]] = field(default_factory=list)

    def run(self) -> Chosen:
        everything = list(range(len(self.candidates)))
        self._best, self._rank = self.start, self.start_rank
        self._accesses = sum(self.candidates[number].accesses for number in self.start)
        self._branch((), self.rooms.base, list(self.demand.start), self.demand.held, everything)
        return Chosen(tuple(sorted(self._best)), self._accesses, max(self._accesses, self._open), self._nodes)

    def _branch(self, members: Members, kind: Class, used: Used, held: Held, left: list[int]) -> None:
        """All choices that hold `members` and any of `left`: the first of these is taken, then left out, and so on."""
        value = sum(self.candidates[number].accesses for number in members)
        while not self._hopeless(members):
            room = self.rooms.reach[kind]
            left = [number for number in left if self.demand.fits(used, held, number, room)]
            hoped = value + self._hope(used, left, room)
            if hoped < self._accesses or (hoped == self._accesses and self._no_better_rank(used)):
                return
            if self._over():
                self._open = max(self._open, hoped)
                return
            self._nodes += 1
            if not left:
                self._leaf(members, kind, value)
                return
            first, *rest = left
            more, kept = list(used), dict(held)
            self.demand.add(more, kept, first)
            self._branch((*members, first), joined(kind, self.candidates[first].kind), more, kept, rest)
            likeness = self.candidates[first].likeness
            left = [number for number in rest if self.candidates[number].likeness != likeness]

    def _no_better_rank(self, used: Used) -> bool:
        if not self._rank:
            return not self.candidates
        if self._ties >= self.tie_limit:
            return True
        return self.least_rank(max(used, default=0)) >= self._rank

    def _hopeless(self, members: Members) -> bool:
        likeness = Counter(self.candidates[number].likeness for number in members)
        return any(one <= likeness for one in self._impossible)

    def _over(self) -> bool:
        return self._nodes >= self.node_limit or self._packs >= self.pack_limit or self.stop.now()

    def _hope(self, used: Used, left: Sequence[int], room: Bytes) -> int:
        """The most accesses that `left` may still bring: for each stretch, all of those not live in it and the best fractions of
        the others; the least over the stretches."""
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

    def _leaf(self, members: Members, kind: Class, value: int) -> None:
        if not members:
            return
        if value == self._accesses:
            self._ties += 1
        room, reach = self.rooms.most[kind], self.rooms.reach[kind]
        tried = self._try(members, room)
        if tried.fits:
            if value == self._accesses and self._best and not tried.rank < self._rank:
                tried = self._tie(members, tried)
            if value > self._accesses or tried.rank < self._rank:
                self._settled = False
                self._best, self._accesses, self._rank = members, value, tried.rank
        elif not tried.impossible:
            self._open = max(self._open, value)
        elif room == reach or self._try(members, reach).impossible:
            self._remember(members)

    def _tie(self, members: Members, tried: Tried) -> Tried:
        """Both choices packed tightly: ranks of loose packings say little."""
        if not self._settled:
            self._settled = True
            best = self.settle(self._best)
            if best.fits:
                self._rank = min(self._rank, best.rank)
        tight = self.settle(members)
        return tight if tight.fits and tight.rank < tried.rank else tried

    def _try(self, members: Members, room: Bytes) -> Tried:
        self._packs += 1
        return self.pack(members, room)

    def _remember(self, members: Members) -> None:
        """Thins an impossible choice out: leaves out what it is impossible without, the last members first."""
        core = list(members)
        for member in reversed(members):
            if len(core) == 1 or self.stop.now():
                break
            fewer = [number for number in core if number != member]
            kind = self.rooms.base
            for number in fewer:
                kind = joined(kind, self.candidates[number].kind)
            if self._try(tuple(fewer), self.rooms.reach[kind]).impossible:
                core = fewer
        self._impossible.append(Counter(self.candidates[number].likeness for number in core))
