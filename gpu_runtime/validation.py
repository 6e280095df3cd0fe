"""Validation levels: how far the evidence for a layout goes, and the reports that say so.

    report = validate(manifest, layout, "simulated")       # one level
    validation = validate_up_to(manifest, layout, "best")  # static, compiled, simulated, until one fails

A level that did not run is never reported as passed: its report has a finding that says why (`gpu-extra-missing`,
`hardware-unavailable`) and `detail["ran"]` False.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter
from typing import Literal

from solver.wire.layout import Layout, Validation
from solver.wire.manifest import Level, Manifest
from solver.wire.report import Finding, ValidationReport

LEVELS: tuple[Level, ...] = ("static", "compiled", "simulated", "hardware")
"""From the weakest to the strongest. Each stands on the ones before it."""

BEST: Level = "simulated"
"""What `best` asks for where no GPU worker is alive."""

Required = Level | Literal["best"]


def validate(manifest: Manifest, layout: Layout, level: Level, *, time_limit_s: float = 600.0) -> ValidationReport:
    """Runs one level alone. `time_limit_s`: for each child process that it starts; running into it is a finding.

    Raises ValueError for a level that there is none of. Faults of the layout, the tools or the machine are findings.
    """
    if level not in LEVELS:
        raise ValueError(f"no level {level!r}: there are {', '.join(LEVELS)}")
    return _RUN[level](manifest, layout, time_limit_s)


def validate_up_to(
    manifest: Manifest, layout: Layout, required: Required, *, time_limit_s: float = 600.0
) -> Validation:
    """Runs the levels in order up to `required` and stops at the first that fails. `level` of the result is the highest
    that passed: compare it with `required`."""
    goal: Level = BEST if required == "best" else required
    if goal not in LEVELS:
        raise ValueError(f"no level {required!r}: there are best, {', '.join(LEVELS)}")
    reached: Literal["none"] | Level = "none"
    reports = []
    for level in LEVELS[: LEVELS.index(goal) + 1]:
        report = validate(manifest, layout, level, time_limit_s=time_limit_s)
        reports.append(report.to_json())
        if not report.passed:
            break
        reached = level
    return Validation(required, reached, tuple(reports))


def _static(manifest: Manifest, layout: Layout, time_limit_s: float) -> ValidationReport:
    from solver.verifier import verify

    began = perf_counter()
    report = verify(manifest, layout)
    detail = {"ran": True, "checked": dict(report.checked)}
    return ValidationReport("static", report.passed, report.findings, detail, round(perf_counter() - began, 3))


def _compiled(manifest: Manifest, layout: Layout, time_limit_s: float) -> ValidationReport:
    from gpu_runtime.probe.compiled import compile_probe

    if not _gpu_extra():
        return _did_not_run("compiled", _EXTRA_MISSING)
    return compile_probe(manifest, layout, time_limit_s=time_limit_s)


def _simulated(manifest: Manifest, layout: Layout, time_limit_s: float) -> ValidationReport:
    from gpu_runtime.probe.simulated import simulate

    if not _gpu_extra():
        return _did_not_run("simulated", _EXTRA_MISSING)
    return simulate(manifest, layout, time_limit_s=time_limit_s)


def _hardware(manifest: Manifest, layout: Layout, time_limit_s: float) -> ValidationReport:
    from gpu_runtime.hardware.local import validate_here

    return validate_here(manifest, layout, time_limit_s=time_limit_s)


_EXTRA_MISSING = Finding(
    "gpu-extra-missing", "the packages of the extra `gpu` are not installed: pip install 'warpack[gpu]'"
)

_RUN: dict[Level, Callable[[Manifest, Layout, float], ValidationReport]] = {
    "static": _static,
    "compiled": _compiled,
    "simulated": _simulated,
    "hardware": _hardware,
}


def _gpu_extra() -> bool:
    """Whether numba-cuda is installed (found without importing it: its mode is set at its first import)."""
    return find_spec("numba") is not None and find_spec("numba_cuda") is not None


def _did_not_run(level: Level, why: Finding) -> ValidationReport:
    return ValidationReport(level, False, (why,), {"ran": False}, 0.0)
