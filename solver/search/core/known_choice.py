"""What is known of the choice of `auto` buffers for which a packing was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warpack.solver.wire.units import Bytes

Order = tuple[Bytes, Bytes]
"""Stride and run bytes. Choices with equal accesses are compared by these; smaller is better."""


@dataclass(frozen=True)
class Weighing:
    """A choice that was weighed (`warpack.solver.search.auto.weighing`): its resident threads and accesses on chip.

    `settled`: no choice is worth more, of all those with at most `most_resident` resident threads whose blocks are
    `whole` multiples as its own are. No choice with `most_resident` threads has more than `accesses_at_the_most`.
    `numbers` counts the numbers of resident threads in question; `searched` of them were searched."""

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
    """`accesses` are those on chip. No choice with the same threads has more than `accesses_at_most`.
    `run_bytes_at_most`: the most run bytes that cost no threads, with this choice's alignment and element widths.

    `others_at_least`: a lower bound on (stride, run bytes), in that order, of all other choices with so many accesses;
    None if there is no other choice. `run_bytes_with`: for each buffer left local, by full name, run bytes that suffice
    with this buffer on chip too.
    """

    accesses: int
    accesses_at_most: int
    run_bytes_at_most: Bytes
    nodes: int = 0
    others_at_least: Order | None = None
    run_bytes_with: Mapping[str, Bytes] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        """Whether no choice with the same threads has more accesses."""
        return self.accesses >= self.accesses_at_most
