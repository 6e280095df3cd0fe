"""The types of the search for a choice of `auto` buffers."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.search.auto.byte_limits import Class
from warpack.solver.search.core.known_choice import Order
from warpack.solver.wire.units import Bytes

Members = tuple[int, ...]
"""Numbers of candidates."""


@dataclass(frozen=True)
class Candidate:
    """`kind` is the class of its alignment and element width (`warpack.solver.search.auto.byte_limits`). Candidates
    with the same `likeness` are interchangeable."""

    accesses: int
    kind: Class
    likeness: int


@dataclass(frozen=True)
class Tried:
    """The result of packing a choice. `run_bytes` are those of the packing found; None if none was found. `impossible`:
    there is provably none. `at_least`: a lower bound on the run bytes."""

    run_bytes: Bytes | None
    impossible: bool = False
    at_least: Bytes = 0


@dataclass(frozen=True)
class Left:
    """What an unfinished part of the search may still contain: choices of at most `accesses`, with orders not below
    `order`. `tried`: packings were tried, and more effort might settle it."""

    accesses: int
    order: Order
    tried: bool


@dataclass(frozen=True)
class Chosen:
    """The best choice found. No choice has more than `accesses_at_most`. A choice with as many accesses and a smaller
    order can only be in the parts `left`."""

    members: Members
    accesses: int
    accesses_at_most: int
    nodes: int
    left: frozenset[Left]

    @property
    def undecided(self) -> bool:
        """Whether more effort for each packing might find a better choice, or prove that none is better."""
        return any(one.tried for one in self.left)
