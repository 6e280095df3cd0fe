"""Validation levels: how far the evidence for a layout goes, and the reports that say so.

    report = validate(manifest, layout, "simulated")       # one level
    validation = validate_up_to(manifest, layout, "best")  # static, compiled, simulated, until one fails

A level that did not run is never reported as passed: its report has a finding that says why (`gpu-extra-missing`,
`hardware-unavailable`) and `detail["ran"]` False.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, Protocol

from warpack.solver.wire.given import check_given
from warpack.solver.wire.layout import Layout, Validation
from warpack.solver.wire.manifest import Level, Manifest, Required
from warpack.solver.wire.report import Finding, ValidationReport

if TYPE_CHECKING:
    from warpack.gpu_runtime.compiler.architectures import Architectures
    from warpack.gpu_runtime.probe.backends.prepared import Prepared

LEVELS: tuple[Level, ...] = ("static", "compiled", "simulated", "hardware")
"""From the weakest to the strongest. Each stands on the ones before it."""

BEST: Level = "simulated"
"""What `best` asks for where no GPU worker is alive."""


class Kept(Protocol):
    """Reports of earlier validations of the same layout by the same versions."""

    def get(self, level: Level) -> dict[str, Any] | None:
        """The report of a level that passed, which says that it is reused; None if the level has to run."""

    def put(self, level: Level, report: Mapping[str, Any]) -> None:
        """Takes the report of a level that ran."""


def validate(
    manifest: Manifest,
    layout: Layout,
    level: Level,
    *,
    architectures: Architectures = "own",
    cache_folder: Path | None = None,
    time_limit_s: float = 600.0,
) -> ValidationReport:
    """Runs one level alone. `time_limit_s`: for each child process that it starts; running into it is a finding.

    `architectures`: what the level `compiled` compiles for: the manifest's own, `all`, or a list of compute
    capabilities; `cache_folder`: where it keeps compiled kernels, the user's cache folder unless said. Raises
    ValueError for an unknown level or architecture. Faults of the layout, the tools or the machine are findings.
    """
    if level not in LEVELS:
        raise ValueError(f"no level {level!r}: there are {', '.join(LEVELS)}")
    return _RUN[level](Subject(manifest, layout, time_limit_s, architectures, cache_folder))


def validate_up_to(
    manifest: Manifest,
    layout: Layout,
    required: Required,
    *,
    architectures: Architectures = "own",
    cache_folder: Path | None = None,
    time_limit_s: float = 600.0,
    kept: Kept | None = None,
    on_level: Callable[[Level], None] | None = None,
) -> Validation:
    """Runs the levels in order up to `required` and stops at the first that fails. `level` of the result is the highest
    that passed: compare it with `required`. A report that `kept` has stands for a run of its level. `on_level` is told
    each level that begins. The rest as for `validate`."""
    check_given("validate_up_to", manifest=manifest, layout=layout)
    goal: Level = BEST if required == "best" else required
    if goal not in LEVELS:
        raise ValueError(f"no level {required!r}: there are best, {', '.join(LEVELS)}")
    reached: Literal["none"] | Level = "none"
    reports = []
    subject = Subject(manifest, layout, time_limit_s, architectures, cache_folder)
    for level in LEVELS[: LEVELS.index(goal) + 1]:
        if on_level is not None:
            on_level(level)
        report = None if kept is None else kept.get(level)
        if report is None:
            report = _RUN[level](subject).to_json()
            if kept is not None:
                kept.put(level, report)
        reports.append(report)
        if not report["passed"]:
            break
        reached = level
    return Validation(required, reached, tuple(reports))


@dataclass(frozen=True)
class Subject:
    """What the levels work on. The probe is planned once, by the first level that needs it."""

    manifest: Manifest
    layout: Layout
    time_limit_s: float
    architectures: Architectures = "own"
    cache_folder: Path | None = None

    @cached_property
    def prepared(self) -> Prepared:
        """Raises NotProbedError where there is nothing to run."""
        from warpack.gpu_runtime.probe.backends.prepared import prepare

        return prepare(self.manifest, self.layout, None)


def _static(subject: Subject) -> ValidationReport:
    from warpack.solver.verifier import verify

    began = perf_counter()
    report = verify(subject.manifest, subject.layout)
    detail = {"ran": True, "checked": dict(report.checked)}
    return ValidationReport("static", report.passed, report.findings, detail, round(perf_counter() - began, 3))


def _compiled(subject: Subject) -> ValidationReport:
    from warpack.gpu_runtime.probe.backends.compiled_level import compile_probe

    run = partial(compile_probe, architectures=subject.architectures, cache_folder=subject.cache_folder)
    return _probed("compiled", subject, run)


def _simulated(subject: Subject) -> ValidationReport:
    from warpack.gpu_runtime.probe.backends.simulated_level import simulate

    return _probed("simulated", subject, simulate)


def _probed(level: Level, subject: Subject, run: Callable[..., ValidationReport]) -> ValidationReport:
    """Runs a level of the probe, unless it cannot run at all."""
    from warpack.gpu_runtime.probe.backends.prepared import NotProbedError

    if not _gpu_extra():
        return _did_not_run(level, _EXTRA_MISSING)
    try:
        prepared = subject.prepared
    except NotProbedError as error:
        return _did_not_run(level, error.finding)
    return run(subject.manifest, subject.layout, prepared=prepared, time_limit_s=subject.time_limit_s)


def _hardware(subject: Subject) -> ValidationReport:
    from warpack.gpu_runtime.hardware.local_gpu import validate_here

    return validate_here(
        subject.manifest,
        subject.layout,
        time_limit_s=subject.time_limit_s,
        planned=lambda: subject.prepared,
    )


_EXTRA_MISSING = Finding(
    "gpu-extra-missing", "the packages of the extra `gpu` are not installed: pip install 'warpack[gpu]'"
)

_RUN: dict[Level, Callable[[Subject], ValidationReport]] = {
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
