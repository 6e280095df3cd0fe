"""The common input of the probe's back ends: the plan, the allocators and the kernel that uses them.

NotProbedError         there is nothing to run: says which rule prevents it
"""

from __future__ import annotations

from dataclasses import dataclass

from warpack.gpu_runtime.emitters import EmitError, emit
from warpack.gpu_runtime.probe.kernel.kernel_source import source
from warpack.gpu_runtime.probe.plan.probe_plan import Plan, plan_probe
from warpack.gpu_runtime.probe.ways.program_outline import ProbeTooLargeError
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding


class NotProbedError(Exception):
    """This layout cannot be probed at all; `finding` is what the report says."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


@dataclass(frozen=True)
class Prepared:
    """`allocators` and `kernel` are Python source texts."""

    plan: Plan
    allocators: str
    kernel: str


def prepare(manifest: Manifest, layout: Layout, allocators: str | None) -> Prepared:
    """`allocators`: another text with the emitter's getters, to be tested; None: the emitted text.

    Raises NotProbedError for a layout that places nothing, that cannot be emitted, or that is too large to probe.
    """
    if layout.pool is not None:
        raise NotProbedError(Finding("nothing-to-probe", "a pool has no threads: level static is all that there is"))
    if layout.launch is None:
        raise NotProbedError(Finding("nothing-to-probe", "the layout is infeasible: it places nothing"))
    try:
        plan = plan_probe(manifest, layout)
        text = emit(layout, manifest) if allocators is None else allocators
    except EmitError as error:
        buffers = (error.buffer,) if error.buffer else ()
        raise NotProbedError(Finding("emit-refused", str(error), buffers)) from error
    except ProbeTooLargeError as error:
        raise NotProbedError(Finding("probe-too-large", str(error))) from error
    return Prepared(plan, text, source(plan.calls, manifest.launch.threads_per_run))
