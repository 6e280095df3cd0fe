"""What is known about the choice of `auto` buffers that a packing was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warpack.solver.wire.units import Bytes

Order = tuple[Bytes, Bytes]
"""Stride and run bytes, by which choices of equal accesses are compared: smaller is better."""


@dataclass(frozen=True)
class Weighing:
    """A choice that was weighed (`warpack.solver.search.auto.weighing`): its resident threads and accesses on chip.
    `settled`: of all choices with at most `most_resident` resident threads, in blocks that are `whole` multiples as its
    own are, none is worth more. No choice with so many has more than `accesses_at_the_most`. So many `numbers` of
    resident threads came into question, and `searched` of them were searched."""

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
    """`accesses` on chip; with the threads kept no choice has more than `accesses_at_most`. `run_bytes_at_most`: what a
    run may take of what this choice brings (its alignment and element widths) without costing threads.

    `others_at_least`: no other choice with so many accesses has a smaller stride, or with an equal stride fewer run
    bytes, than these (stride, run bytes); None where none is left that might. `run_bytes_with`: by full name, for
    buffers left local, run bytes that are enough with this one on chip as well.
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
