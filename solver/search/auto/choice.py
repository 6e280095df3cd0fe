"""The words of the search for a choice of `auto` buffers."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.search.auto.byte_limits import Class
from warpack.solver.search.core.known_choice import Order
from warpack.solver.wire.units import Bytes

Members = tuple[int, ...]
"""Numbers of candidates."""


@dataclass(frozen=True)
class Candidate:
    """`kind`: its alignment and element width (`warpack.solver.search.auto.byte_limits`). Candidates of one `likeness`
    can stand for one another."""

    accesses: int
    kind: Class
    likeness: int


@dataclass(frozen=True)
class Tried:
    """What became of packing a choice: the run bytes of the packing found, None where none was; whether it is known
    that there is none; and what no packing of it is smaller than."""

    run_bytes: Bytes | None
    impossible: bool = False
    at_least: Bytes = 0


@dataclass(frozen=True)
class Left:
    """What a part of the search that was not finished may still have: at most so many accesses, and orders not below
    this one. `tried`: packings were tried, and more effort might settle it."""

    accesses: int
    order: Order
    tried: bool


@dataclass(frozen=True)
class Chosen:
    """The best choice found; no choice has more than `accesses_at_most`, and none has as many and a smaller order but
    in what was `left`."""

    members: Members
    accesses: int
    accesses_at_most: int
    nodes: int
    left: frozenset[Left]

    @property
    def undecided(self) -> bool:
        """Whether more effort for each packing might find a better choice, or prove that there is none."""
        return any(one.tried for one in self.left)
