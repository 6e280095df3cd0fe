"""One case of the proof, in a process that runs CuBIE's simulator: the trajectories with and without the layout.

Shared memory is poisoned before every launch: a byte that is read before it was written is a NaN or a wild integer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from warpack.gpu_runtime.adapters.cubie.cases import Case, build_solver, initial_values
from warpack.gpu_runtime.adapters.cubie.install import Installation, installed
from warpack.gpu_runtime.adapters.cubie.pack import Packed, pack
from warpack.gpu_runtime.adapters.cubie.table import Place, PlacementTable, make_table
from warpack.gpu_runtime.trace.verdicts import Verdict
from warpack.solver.verifier.story import derive
from warpack.solver.wire.manifest import Manifest

POISONS = (0xFF, 0xA5)
"""With all bits set every float is a NaN and every integer -1; 0xA5 is neither zero nor special."""

RUNS = 3
DURATION = 0.06
TRACED_RUNS = 2
TRACED_DURATION = 0.04
"""What lifetimes are traced on: fewer runs and steps than the layout is then proved on."""

BUDGET_BYTES = 49152
Trajectories = tuple[np.ndarray[Any, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What traced lifetimes are beside the table's. `table_run_bytes` and `run_bytes`: without padding. `*_conflicts`:
    pairs of buffers of which some bytes may not be shared. `only_observed`: pairs, or of rows, that share on the word
    of the recording; `not_covered`: that it could not cover. `seconds`: of processor time, for the recording and the
    analysis with all that CuBIE builds for them."""

    table_run_bytes: int
    run_bytes: int
    table_conflicts: int
    conflicts: int
    common_conflicts: int
    only_observed: int
    not_covered: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One line of the proof's table. Bytes are per run; `own_*` are CuBIE's. `control` names the two live buffers that
    were put at the same bytes, and `control_differs` says whether that changed anything. `finite`: whether CuBIE's own
    run succeeded; otherwise equality means nothing. `traced`: where lifetimes were."""

    case: str
    family: str
    algorithm: str
    own_stride_bytes: int
    own_threads: int
    stride_bytes: int
    threads: int
    status: str
    identical: bool
    finite: bool
    control: tuple[str, str]
    control_differs: bool
    findings: tuple[str, ...]
    traced: Traced | None = None

    @property
    def passed(self) -> bool:
        return self.identical and self.finite and self.control_differs

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def run_case(case: Case, *, traced: bool = False) -> Outcome:
    """Run CuBIE as it is, with the layout over each poison, with the faulty layout, and as it is once more. `traced`:
    the layout is made of lifetimes that are traced here."""
    solver = build_solver(case)
    try:
        own = _trajectories(solver)
        packed = pack(solver, compute_capability="8.6", name=case.name)
        figures_traced = None
        if traced:
            by_table, started = packed, time.process_time()
            packed = pack(
                solver,
                compute_capability="8.6",
                name=case.name,
                trace=lambda: _trajectories(solver, TRACED_RUNS, TRACED_DURATION),
            )
            figures_traced = _compared(by_table, packed, time.process_time() - started)
        table = make_table(packed)
        with installed(solver, packed):
            others = [_poisoned(solver, poison) for poison in POISONS]
        first, second = pair = pair_to_force(packed, table)
        with Installation(solver, packed.collected, forced_together(table, first, second)):
            broken = _poisoned(solver, POISONS[0])
        others.append(_trajectories(solver))
    finally:
        solver.close()
    figures = packed.collected.own
    return Outcome(
        case=case.name,
        family=case.family,
        algorithm=case.algorithm,
        own_stride_bytes=figures.stride_bytes,
        own_threads=figures.threads_per_block(BUDGET_BYTES),
        stride_bytes=table.window_bytes,
        threads=table.threads_per_block,
        status=packed.layout.status,
        identical=all(_equal(own, other) for other in others),
        finite=bool(np.isfinite(own[0]).all()) and not own[1].any(),
        control=pair,
        control_differs=not _equal(own, broken),
        findings=tuple(str(finding) for finding in packed.collected.findings),
        traced=figures_traced,
    )


def _compared(by_table: Packed, traced: Packed, seconds: float) -> Traced:
    evidence, layouts = traced.collected.evidence, (by_table.layout, traced.layout)
    run_bytes = [layout.launch.run_bytes for layout in layouts if layout.launch]
    verdicts = [one.verdict for one in evidence.verdicts] if evidence else []
    theirs, ours = _conflicts(by_table.manifest), _conflicts(traced.manifest)
    return Traced(
        table_run_bytes=run_bytes[0],
        run_bytes=run_bytes[1],
        table_conflicts=len(theirs),
        conflicts=len(ours),
        common_conflicts=len(theirs & ours),
        only_observed=verdicts.count(Verdict.OBSERVED),
        not_covered=verdicts.count(Verdict.NOT_COVERED),
        seconds=seconds,
    )


def _conflicts(manifest: Manifest) -> set[tuple[str, str]]:
    story = derive(manifest)
    return {
        (one, other)
        for one, other in combinations(sorted(story.pieces_of), 2)
        if any(story.conflict(a, b) for a in story.pieces_of[one] for b in story.pieces_of[other])
    }


def pair_to_force(packed: Packed, table: PlacementTable) -> tuple[str, str]:
    """The state, and the largest buffer in shared memory that is written while the state is needed."""
    story = derive(packed.manifest)
    pieces = [piece for piece in story.pieces if table.places[piece.buffer].where == "shared"]
    states = [piece for piece in pieces if piece.buffer == "loop/state"]
    rivals = {
        piece.buffer
        for piece in pieces
        for state in states
        if piece.buffer != state.buffer and story.conflict(state, piece)
    }
    return "loop/state", max(sorted(rivals), key=lambda name: table.places[name].size_bytes)


def forced_together(table: PlacementTable, first: str, second: str) -> PlacementTable:
    """The table with `first` moved to where `second`, which is no smaller, begins."""
    place = Place("shared", table.places[second].offset_bytes, table.places[first].size_bytes)
    return replace(table, places=table.places | {first: place})


def _trajectories(solver: Any, runs: int = RUNS, duration: float = DURATION) -> Trajectories:
    """Everything that a solve gives, status first but one."""
    result = solver.solve(
        initial_values(solver, runs), {}, duration=duration, fix_constant_parameters=False, nan_error_trajectories=False
    )
    found = [result.time_domain_array, result.status_codes, result.iteration_counters]
    if solver.compile_flags.summarise:
        found.append(result.summaries_array)
    return tuple(np.array(array) for array in found)


def _poisoned(solver: Any, poison: int) -> Trajectories:
    with shared_memory_poisoned(poison):
        return _trajectories(solver)


@contextmanager
def shared_memory_poisoned(poison: int) -> Iterator[None]:
    """Makes every block of CuBIE's simulator start with this byte in all its dynamic shared memory."""
    from cubie.vendored.cudasim.kernelapi import FakeCUDAShared

    original = FakeCUDAShared.__init__

    def poisoned(self: Any, size_bytes: int) -> None:
        original(self, size_bytes)
        self._dynshared.view(np.uint8)[:] = poison

    FakeCUDAShared.__init__ = poisoned
    try:
        yield
    finally:
        FakeCUDAShared.__init__ = original


def _equal(left: Trajectories, right: Trajectories) -> bool:
    """Bit for bit: the same bytes, so that even the sign of a zero counts."""
    return len(left) == len(right) and all(
        a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
        for a, b in zip(left, right, strict=True)
    )
