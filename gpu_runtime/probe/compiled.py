"""Level `compiled`: the emitted allocators and the probe kernel become machine code for the manifest's architecture.

No GPU and no driver are needed. The registers, stack and spills in the report are the probe's own: the kernel that the
layout is for has other ones.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from gpu_runtime.probe.children import ChildError, ask
from gpu_runtime.probe.prepared import NotProbedError, Prepared, prepare
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest
from solver.wire.report import Finding, ValidationReport

_EXTRA_MISSING = ("packages-missing", "library-not-found")


def compile_probe(
    manifest: Manifest,
    layout: Layout,
    *,
    allocators: str | None = None,
    prepared: Prepared | None = None,
    time_limit_s: float = 600.0,
) -> ValidationReport:
    """Compiles. Whatever goes wrong is a finding; nothing is raised. `allocators` and `prepared` as for `simulate`.

    `detail`: `probe_kernel` (the figures read back from its machine code), `toolchain` (versions, and the wheels that the
    libraries came from), `getters` (how many the kernel calls).
    """
    began = perf_counter()
    detail: dict[str, Any] = {"ran": False, "architecture": manifest.target.compute_capability}

    def report(*findings: Finding) -> ValidationReport:
        return ValidationReport("compiled", not findings, findings, detail, round(perf_counter() - began, 3))

    try:
        prepared = prepared or prepare(manifest, layout, allocators)
    except NotProbedError as error:
        return report(error.finding)
    plan = prepared.plan
    request = {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "elements": list(plan.calls.elements),
        "architecture": manifest.target.compute_capability,
        "threads": plan.shape.threads,
    }
    try:
        answer = ask(
            "gpu_runtime.probe.compile", request, time_limit_s=time_limit_s, environment={"NUMBA_ENABLE_CUDASIM": "0"}
        )
    except ChildError as error:
        return report(Finding(f"compiler-{error.reason}", str(error)))
    if "error" in answer:
        error_of = answer["error"]
        rule = "gpu-extra-missing" if error_of["rule"] in _EXTRA_MISSING else error_of["rule"]
        return report(Finding(rule, f"{error_of['message']}\n{error_of['log']}".rstrip()))
    detail |= {
        "ran": True,
        "getters": len(plan.calls.names),
        "probe_kernel": {**answer["figures"], "cubin_bytes": answer["cubin_bytes"]},
        "note": "registers, stack and spills are those of the probe kernel, not of the kernel that uses the layout",
        "toolchain": answer["toolchain"],
    }
    return report(*_wrong(answer["figures"], manifest.target.compute_capability))


def _wrong(figures: dict[str, Any], architecture: str) -> list[Finding]:
    """What the machine code must show: no shared memory but the dynamic one that is laid out, and the right architecture."""
    findings = []
    if figures["static_shared_bytes"]:
        findings.append(
            Finding(
                "static-shared",
                f"the compiled allocators have {figures['static_shared_bytes']} bytes of static shared memory, which no layout counts; "
                "0 would be right",
            )
        )
    if figures["architecture"] != architecture:
        findings.append(
            Finding(
                "wrong-architecture", f"the machine code is for {figures['architecture']}, asked for was {architecture}"
            )
        )
    return findings
