"""Level `simulated`: the probe in numba's CUDA simulator, and on numba's CPU target, each in a process of its own.

`detail["checks"]` says for each check (see `catalogue.CHECKS`) what it compares, whether it ran, and how many findings
it has; a check that did not run says why. `figures` says what the figures count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from warpack.gpu_runtime.child_process import ChildError, ask
from warpack.gpu_runtime.probe.backends.cpu_driver_source import driver_source
from warpack.gpu_runtime.probe.backends.prepared import NotProbedError, Prepared, prepare
from warpack.gpu_runtime.probe.checks.catalogue import CHECKS, Check, by_check
from warpack.gpu_runtime.probe.checks.report_figures import planned, seen
from warpack.gpu_runtime.probe.checks.text_check import beyond_limits, wrong_constants
from warpack.gpu_runtime.probe.plan.plan_as_json import arrays
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding, ValidationReport

MOST_CPU_GETTERS = 768
"""numba takes about a tenth of a second for each getter: layouts with more do without the CPU target."""

_CPU = "cpu-target"
CPU_ENVIRONMENT = {
    "NUMBA_ENABLE_CUDASIM": "0", "NUMBA_DISABLE_JIT": "0", "NUMBA_OPT": "0",
    "NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0",
}  # fmt: skip


def simulate(
    manifest: Manifest,
    layout: Layout,
    *,
    allocators: str | None = None,
    prepared: Prepared | None = None,
    time_limit_s: float = 600.0,
    leave_out: Collection[str] = (),
) -> ValidationReport:
    """Runs the probe. `allocators`: the emitted text, or another text with the same getters, to be tested. `prepared`:
    where the probe of this very manifest, layout and text has been planned already. `leave_out`: names of checks that
    need not run; the report says so.

    Whatever goes wrong is a finding, the simulator's own failures among them; nothing is raised.
    """
    began = perf_counter()
    detail: dict[str, Any] = {"ran": False}

    def report(*findings: Finding) -> ValidationReport:
        return ValidationReport("simulated", not findings, findings, detail, round(perf_counter() - began, 3))

    try:
        prepared = prepared or prepare(manifest, layout, allocators)
    except NotProbedError as error:
        return report(error.finding)
    plan = prepared.plan
    detail |= planned(plan)
    why_not = dict.fromkeys(leave_out, "left out by the caller")
    if len(plan.calls.names) > MOST_CPU_GETTERS:
        why_not[_CPU] = f"{len(plan.calls.names)} getters, at most {MOST_CPU_GETTERS} are compiled for the CPU target"
    try:
        answer = _ask(request_of(prepared, manifest, layout), time_limit_s, with_cpu=_CPU not in why_not)
    except ChildError as error:
        return report(Finding(f"simulator-{error.reason}", str(error)))
    answer |= text_answers(prepared.allocators, manifest, layout)
    detail |= seen(plan, answer)
    found = by_check(plan, answer, [check for check in CHECKS if check.name not in why_not])
    counts = {check.name: len(findings) for check, findings in found}
    detail["checks"] = {check.name: _told(check, counts, why_not) for check in CHECKS}
    return report(*(finding for _, findings in found for finding in findings))


def request_of(prepared: Prepared, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """The requests to the two children: JSON values."""
    manifest = sized_for(manifest, layout)
    threads_per_run = manifest.launch.threads_per_run
    return {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "driver": driver_source(prepared.plan.calls, threads_per_run),
        "plan": arrays(prepared.plan, manifest, layout),
    }


def text_answers(allocators: str, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """What is checked on the text and the launch, without running anything."""
    manifest = sized_for(manifest, layout)
    return {
        "constants": wrong_constants(allocators, manifest, layout),
        "limits": beyond_limits(manifest, layout),
    }


def _ask(request: Mapping[str, Any], time_limit_s: float, *, with_cpu: bool) -> dict[str, Any]:
    """Runs both children at the same time. Raises ChildError."""
    with ThreadPoolExecutor(2) as threads:
        simulator = threads.submit(
            ask, "warpack.gpu_runtime.probe.backends.simulate_child", request,
            time_limit_s=time_limit_s, environment={"NUMBA_ENABLE_CUDASIM": "1"},
        )  # fmt: skip
        cpu = None
        if with_cpu:
            cpu = threads.submit(
                ask,
                "warpack.gpu_runtime.probe.backends.cpu_child",
                request,
                time_limit_s=time_limit_s,
                environment=CPU_ENVIRONMENT,
            )
        answer = simulator.result()
        answer["cpu"] = None if cpu is None else cpu.result()
    return answer


def _told(check: Check, counts: Mapping[str, int], why_not: Mapping[str, str]) -> dict[str, Any]:
    if check.name in why_not:
        return {"what": check.what, "ran": False, "why": why_not[check.name]}
    return {"what": check.what, "ran": True, "findings": counts[check.name]}
