"""The words of the search for a choice of `auto` buffers, and what is known about the one that was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warpack.solver.search.room import Class, Order
from warpack.solver.wire.units import Bytes

Members = tuple[int, ...]
"""Numbers of candidates."""


@dataclass(frozen=True)
class Candidate:
    """`kind`: its alignment and element width (`warpack.solver.search.room`). Candidates of one `likeness` can stand for one another."""

    accesses: int
    kind: Class
    likeness: int


@dataclass(frozen=True)
class Tried:
    """What became of packing a choice: the run bytes of the packing found, None where none was; whether it is known that there is
    none; and what no packing of it is smaller than."""

    run_bytes: Bytes | None
    impossible: bool = False
    at_least: Bytes = 0


@dataclass(frozen=True)
class Left:
    """What a part of the search that was not finished may still have: at most so many accesses, and orders not below this one.
    `tried`: packings were tried, and more effort might settle it."""

    accesses: int
    order: Order
    tried: bool


@dataclass(frozen=True)
class Chosen:
    """The best choice found; no choice has more than `accesses_at_most`, and none has as many and a smaller order but in what was
    `left`."""

    members: Members
    accesses: int
    accesses_at_most: int
    nodes: int
    left: frozenset[Left]

    @property
    def undecided(self) -> bool:
        """Whether more effort for each packing might find a better choice, or prove that there is none."""
        return any(one.tried for one in self.left)


@dataclass(frozen=True)
class Weighing:
    """A choice that was weighed (`warpack.solver.search.weighing`): its resident threads and accesses on chip. `settled`: of all choices with at
    most `most_resident` resident threads, in blocks that are `whole` multiples as its own are, none is worth more. No choice with so many
    has more than `accesses_at_the_most`. So many `numbers` of resident threads came into question, and `searched` of them were searched."""

    resident_threads: int
    accesses: int
    settled: bool
    most_resident: int
    accesses_at_the_most: int
    whole: bool
    numbers: int
    searched: int


@dataclass(frozen=True)
class Choice:
    """`accesses` on chip; with the threads kept no choice has more than `accesses_at_most`. `run_bytes_at_most`: what a run
    may take of what this choice brings (its alignment and element widths) without costing threads.

    `others_at_least`: no other choice with so many accesses has a smaller stride, or with an equal stride fewer run bytes, than
    these (stride, run bytes); None where none is left that might. `run_bytes_with`: by full name, for buffers left local, run
    bytes that are enough with this one on chip as well.
    """

    accesses: int
    accesses_at_most: int
    run_bytes_at_most: Bytes
    nodes: int = 0
    others_at_least: Order | None = None
    run_bytes_with: Mapping[str, Bytes] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        return self.accesses >= self.accesses_at_most
