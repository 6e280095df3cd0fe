"""Asks a service for `warpack.verify` and `warpack.validate`, if the environment names one (see `asking`)."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from warpack.service.client.asking import optimize
from warpack.service.client.clients import Client
from warpack.solver.wire.report import Finding, StaticReport, ValidationReport

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Level, Manifest


def verify(client: Client, manifest: Manifest, layout: Layout) -> StaticReport:
    """The static report of the service's verifier. Raises ApiProblem if the service refuses, or if it takes longer than
    a call may."""
    told = client.verify(manifest.model_dump(), layout.model_dump())
    return StaticReport(_findings(told), told["checked"], told["certificates"])


def validate(client: Client, manifest: Manifest, layout: Layout, level: Level) -> ValidationReport | None:
    """The service's report of one level. Above level static, it validates only the layouts that it makes: None if its
    layout of this manifest puts any byte at another place. Raises ApiProblem if the service refuses, and as such
    `JobFailed` if its own layout did not pass."""
    if level == "static":
        began = perf_counter()
        report = verify(client, manifest, layout)
        detail = {"ran": True, "checked": dict(report.checked)}
        return ValidationReport("static", report.passed, report.findings, detail, round(perf_counter() - began, 3))
    made = optimize(client, manifest, level=level)
    if made.sha256 != layout.sha256:
        return None
    told = next((report for report in made.validation.reports if report["level"] == level), None)
    if told is None:
        return None
    return ValidationReport(level, told["passed"], _findings(told), dict(told["detail"]), told["seconds"])


def _findings(report: Any) -> tuple[Finding, ...]:
    return tuple(Finding(**(each | {"buffers": tuple(each["buffers"])})) for each in report["findings"])
