"""The question for every solver: one manifest, one time limit, the same number of threads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks.attempt import Attempt, Curve
from benchmarks.checking import judge
from warpack.solver import Manifest
from warpack.solver.flatten import flatten
from warpack.solver.flatten.problem import FlatManifest


@dataclass(frozen=True)
class Question:
    """`on_chip`: the `auto` buffers to be placed besides the shared ones, by full name. `limit_s` is for each
    region."""

    manifest: Manifest
    limit_s: float
    on_chip: frozenset[str] = frozenset()

    @cached_property
    def flat(self) -> FlatManifest:
        return flatten(self.manifest, self.on_chip)

    @property
    def threads(self) -> int:
        return cores()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Packed:
    """A region as a peer packed it. `offsets` in bytes, None where it found nothing in time. `lower_bound_bytes` and
    `proven` hold for the region itself, not only for what the peer can express of it."""

    offsets: Sequence[int] | None
    seconds: float
    curve: Curve = ()
    lower_bound_bytes: int = 0
    proven: bool = False
    detail: str = ""


def attempt(solver: str, question: Question, run: Packed, block: Packed) -> Attempt:
    """The regions together, checked."""
    seconds = run.seconds + block.seconds
    if run.offsets is None or block.offsets is None:
        return Attempt(solver, None, seconds, run.lower_bound_bytes, checked=False, detail=run.detail)
    judged = judge(question.manifest, question.flat, run.offsets, block.offsets, question.on_chip)
    return Attempt(
        solver=solver,
        run_bytes=judged.run_bytes,
        seconds=seconds,
        lower_bound_bytes=run.lower_bound_bytes,
        proven=run.proven,
        curve=run.curve,
        threads_per_block=judged.threads_per_block,
        fault=judged.fault,
        detail=run.detail,
    )
