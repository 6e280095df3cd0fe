"""What is known about a choice of `auto` buffers: how good it is, and what each buffer left out would need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from solver.wire.units import Bytes


@dataclass(frozen=True)
class Choice:
    """`accesses` on chip; with the threads kept no choice has more than `accesses_at_most`. `run_bytes_at_most`: what a run
    may take of what this choice brings (its alignment and element widths) without costing threads.

    `run_bytes_with`: by full name, for buffers left local, run bytes that are enough with this one on chip as well.
    """

    accesses: int
    accesses_at_most: int
    run_bytes_at_most: Bytes
    nodes: int = 0
    run_bytes_with: Mapping[str, Bytes] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        return self.accesses >= self.accesses_at_most
