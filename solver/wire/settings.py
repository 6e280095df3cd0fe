"""What a manifest states apart from its buffers and timelines: the target, the launch, in-place pairs, solver
options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.solver.wire.units import Bytes, Phase


@dataclass(frozen=True, slots=True)
class Target:
    compute_capability: str
    shared_budget_bytes: Bytes | Literal["default", "opt-in"] = "default"
    static_shared_bytes: Bytes = 0
    registers_per_thread: int | None = None
    carveout: int | Literal["max"] = "max"


@dataclass(frozen=True, slots=True)
class Launch:
    threads_per_run: int = 1
    threads_per_block: int | None = None
    max_threads_per_block: int = 1024
    threads_multiple: int = 32
    bank_conflicts: Literal["avoid", "ignore"] = "avoid"


@dataclass(frozen=True, slots=True)
class InPlace:
    """In `phase` (of the timeline that both buffers count in) `write` is computed elementwise from `read` by the same
    thread. Both are full names of buffers, or of parts (`component/name#part`)."""

    phase: Phase
    read: str
    write: str


@dataclass(frozen=True, slots=True)
class SolverOptions:
    """`warm_start` maps full buffer names to offsets in their region (bytes) of an earlier layout."""

    time_limit_s: float = 10.0
    seed: int = 0
    warm_start: dict[str, Bytes] | None = None
