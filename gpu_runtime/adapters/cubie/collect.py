"""The buffers of a live CuBIE solver, with all that is known about them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from warpack.gpu_runtime.adapters.cubie.errors import CubieWarning
from warpack.gpu_runtime.adapters.cubie.findings import Finding, find_faults
from warpack.gpu_runtime.adapters.cubie.lifetimes import find_lifetimes
from warpack.gpu_runtime.adapters.cubie.manifest import make_manifest
from warpack.gpu_runtime.adapters.cubie.registry import RegisteredComponent, read_components
from warpack.gpu_runtime.adapters.cubie.release import buffer_registry

if TYPE_CHECKING:
    from warpack.gpu_runtime.adapters.cubie.traced import Evidence


@dataclass(frozen=True)
class OwnFigures:
    """CuBIE's own layout: bytes of one run's window, its padding, and the stride that both make."""

    run_bytes: int
    padding_bytes: int

    @property
    def stride_bytes(self) -> int:
        return self.run_bytes + self.padding_bytes

    def threads_per_block(self, budget_bytes: int, largest: int = 256) -> int:
        """CuBIE's block size: `largest`, halved until the block's windows fit the budget; 0 where no run fits."""
        threads = largest
        while threads and threads * self.stride_bytes > budget_bytes:
            threads //= 2
        return threads


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What `collect` read from a solver.

    `manifest` is a document of schema warpack/manifest/1; `findings` are faults of CuBIE's own layout. `unknown` are
    the full names of buffers that count as live in every phase because nothing is known about them; `unknown_class` is
    the class that causes it where that is all of them; `element_bytes` is the size of the kernel's precision.

    Where lifetimes were traced, `evidence` is what they rest on, `untraced` the manifest without them, and `settings`
    CuBIE's hash of the settings that they were traced with.
    """

    manifest: dict[str, Any]
    components: tuple[RegisteredComponent, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[str, ...]
    unknown_class: str
    own: OwnFigures
    element_bytes: int
    settings: str
    evidence: Evidence | None = None
    untraced: dict[str, Any] | None = None


def collect(
    solver: Any,
    *,
    compute_capability: str,
    budget: int | str = "default",
    registers_per_thread: int | None = None,
    max_threads_per_block: int = 256,
    name: str | None = None,
    trace: Callable[[], object] | None = None,
    proved: bool = False,
) -> Collected:
    """Read a `cubie.Solver`; nothing in it is changed.

    `budget` is the most shared bytes a block may have ("default": 49152, "opt-in": the architecture's largest);
    `registers_per_thread` those of CuBIE's compiled kernel, where known. Warns (`CubieWarning`) of every fault found in
    CuBIE's own layout and of buffers whose lifetimes are not known. Raises `UnsupportedCubieError` and
    `UnsupportedSolverError`.

    `trace` solves something small with this solver, in CuBIE's simulator: lifetimes are then those that it shows, of
    any step class, and not those of the adapter's table. With `proved`, buffers share bytes only where no way through
    the code needs them at once. Raises `UntraceableSolverError` where that cannot be found out.
    """
    target: dict[str, Any] = {"compute_capability": compute_capability, "shared_budget_bytes": budget}
    if registers_per_thread is not None:
        target["registers_per_thread"] = registers_per_thread
    collected = read_solver(solver, target=target, max_threads_per_block=max_threads_per_block, name=name)
    for finding in collected.findings:
        warnings.warn(str(finding), CubieWarning, stacklevel=2)
    if trace is not None:
        from warpack.gpu_runtime.adapters.cubie.traced import trace_lifetimes

        manifest, evidence = trace_lifetimes(solver, collected, trace, proved=proved)
        return replace(
            collected,
            manifest=manifest,
            unknown=(),
            unknown_class="",
            settings=read_solver(solver).settings,
            evidence=evidence,
            untraced=collected.manifest,
        )
    if collected.unknown:
        warnings.warn(_unknown_message(collected), CubieWarning, stacklevel=2)
    return collected


def read_solver(
    solver: Any, *, target: dict[str, Any] | None = None, max_threads_per_block: int = 256, name: str | None = None
) -> Collected:
    """The same without warnings; without a target, for comparisons only."""
    buffer_registry()
    kernel = solver.kernel
    run = kernel.single_integrator
    components = read_components(run._loop)
    known = find_lifetimes(run, components)
    element_bytes = np.dtype(kernel.precision).itemsize
    manifest = make_manifest(
        components,
        known,
        name=name if name is not None else f"CuBIE: {kernel.algorithm} on {kernel.system.name}",
        target=target or {},
        max_threads_per_block=max_threads_per_block,
        element_bytes=element_bytes,
    )
    # CuBIE's skew: one more 4-byte word where a run has an even number of them (BatchSolverKernel._launch_shape).
    own = OwnFigures(int(kernel.shared_memory_bytes), 4 if kernel.shared_memory_needs_padding else 0)
    return Collected(
        manifest=manifest,
        components=components,
        findings=find_faults(components),
        unknown=known.unknown,
        unknown_class=known.reason,
        own=own,
        element_bytes=element_bytes,
        settings=str(run.config_hash),
    )


def find_solver_faults(solver: Any) -> tuple[Finding, ...]:
    """The faults of CuBIE's own layout of this solver, without a warning."""
    buffer_registry()
    return find_faults(read_components(solver.kernel.single_integrator._loop))


def _unknown_message(collected: Collected) -> str:
    names = ", ".join(collected.unknown)
    if collected.unknown_class:
        return f"no lifetimes are known for a solver with {collected.unknown_class}; live in every phase: {names}"
    return f"no lifetimes are known for {names}: live in every phase"
