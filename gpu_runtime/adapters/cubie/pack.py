"""A layout for a live CuBIE solver: its buffers collected, and solved here or by a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from warpack.gpu_runtime.adapters.cubie.collect import Collected, collect
from warpack.gpu_runtime.adapters.cubie.errors import LayoutRefusedError
from warpack.solver.verifier import verify
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

Solve = Callable[[dict[str, Any]], "Layout | Mapping[str, Any]"]
"""From a manifest document to its layout, as an object or as a document of schema warpack/layout/1."""


@dataclass(frozen=True)
class Packed:
    """A solver's buffers and the layout that was made for them; the layout has passed the static verifier."""

    collected: Collected
    manifest: Manifest
    layout: Layout


def pack(
    solver: Any,
    *,
    compute_capability: str,
    budget: int | str = "default",
    registers_per_thread: int | None = None,
    max_threads_per_block: int = 256,
    name: str | None = None,
    solve: Solve | None = None,
    trace: Callable[[], object] | None = None,
    proved: bool = False,
) -> Packed:
    """Collect the buffers of a `cubie.Solver` (see `collect` for the arguments) and get a layout for them.

    Without `solve` Warpack's optimiser runs in this process; `through(client)` asks a service instead. Raises
    `LayoutRefusedError` where there is no layout, or one that breaks a rule.
    """
    collected = collect(
        solver,
        compute_capability=compute_capability,
        budget=budget,
        registers_per_thread=registers_per_thread,
        max_threads_per_block=max_threads_per_block,
        name=name,
        trace=trace,
        proved=proved,
    )
    return pack_collected(collected, solve)


def pack_collected(collected: Collected, solve: Solve | None = None) -> Packed:
    """A layout for buffers that were collected before; see `pack`."""
    from warpack.solver import load_manifest, optimize, read_layout

    manifest = load_manifest(collected.manifest)
    answer = optimize(manifest) if solve is None else solve(collected.manifest)
    layout = answer if isinstance(answer, Layout) else read_layout(answer)
    if layout.launch is None:
        raise LayoutRefusedError(
            f"not one run of {manifest.name or 'the solver'} fits the budget: "
            f"{layout.minimum_budget_bytes} bytes would be enough; leave more buffers local, or raise the budget"
        )
    report = verify(manifest, layout)
    if not report.passed:
        raise LayoutRefusedError("the layout breaks a rule: " + "; ".join(str(finding) for finding in report.findings))
    return Packed(collected, manifest, layout)


class ServiceClient(Protocol):
    """What `through` calls; `warpack.service.client.Client` has it."""

    def submit(self, manifest: Mapping[str, Any], wait_s: int = 0) -> Mapping[str, Any]:
        """Post a manifest; the job."""

    def follow(self, job: Mapping[str, Any], wait_s: int = 10) -> Iterator[Mapping[str, Any]]:
        """The job, each time that its state has changed, until it is finished."""


def through(client: ServiceClient, wait_s: int = 30) -> Solve:
    """Let a Warpack service solve: `pack(solver, …, solve=through(Client("http://…")))`.

    The layout that comes back was validated as far as the manifest asks. Raises `LayoutRefusedError` where the job ends
    in any other state than ready.
    """

    def solve(manifest: dict[str, Any]) -> Mapping[str, Any]:
        job = client.submit(manifest, wait_s)
        for state in client.follow(job, wait_s):
            job = state
        layout = job.get("layout")
        if job["state"] != "ready" or not isinstance(layout, Mapping):
            raise LayoutRefusedError(f"the service's job {job.get('id')} ended {job['state']}, without a layout")
        return layout

    return solve
