"""Validation reports in words: the level reached, what each level checked, and what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warpack.service.render.device import KEYS, device_lines
from warpack.service.render.figures import Figure
from warpack.service.render.proofs import wish_name
from warpack.solver.wire.layout import Validation
from warpack.solver.wire.report import STATEMENT

_LONGEST_WORD = 40
"""Longer texts in a report (names of kernels, logs) are only in the JSON."""
_SAID_OTHERWISE = frozenset({"ran", "note", "toolchain", "checks", "reused"}) | KEYS


def validation_figures(validation: Validation) -> list[Figure]:
    """Labels and texts: some for each report, then the level reached, and what the validation holds for."""
    if not validation.reports:
        return [("validation", "none ran")]
    figures = [figure for report in validation.reports for figure in report_figures(report)]
    return [*figures, _reached(validation), ("", STATEMENT)]


def brief_validation(validation: Validation) -> list[Figure]:
    """The levels that passed in one line, whatever did not pass in full, and what the validation holds for."""
    if not validation.reports:
        return [("validation", "none ran")]
    passed = [f"{report['level']} {_ended(report)}" for report in validation.reports if report["passed"]]
    told = f"{'; '.join(passed) or 'nothing passed'} (asked for: {validation.required}). {STATEMENT}"
    figures = [("validation", told)]
    for report in validation.reports:
        if not report["passed"]:
            figures += report_figures(report)
    return figures


def _reached(validation: Validation) -> Figure:
    return "level reached", f"{validation.level} (asked for: {validation.required})"


def report_figures(report: Mapping[str, Any]) -> list[Figure]:
    """One report: its level with the verdict and figures, then the tools, then every finding."""
    detail = report.get("detail", {})
    figures = ", ".join(dict.fromkeys([*_figures({**report.get("checked", {}), **detail}), *_checks(detail)]))
    said = [(str(report["level"]), _ended(report) + (f": {figures}" if figures else ""))]
    said += [("", line) for line in device_lines(detail)]
    tools = ", ".join(_tools(detail.get("toolchain", {})))
    if tools:
        said.append(("", f"with {tools}"))
    if detail.get("note"):
        said.append(("", str(detail["note"])))
    said += [("", line) for line in _certificates(report.get("certificates", {}))]
    return said + [("", f"{finding['rule']}: {finding['message']}") for finding in report["findings"]]


def _ended(report: Mapping[str, Any]) -> str:
    """The verdict and the seconds. Of a report that was kept from an earlier validation, also from when it is."""
    detail = report.get("detail", {})
    verdict = "passed" if report["passed"] else "FAILED" if detail.get("ran", True) else "DID NOT RUN"
    reused = detail.get("reused")
    if reused:
        return f"{verdict} on {reused['at']} with the same versions, and did not run again"
    return verdict + (f" in {report['seconds']:.2f} s" if report.get("seconds") else "")


def _certificates(outcomes: Mapping[str, str]) -> Iterator[str]:
    """How the proof of each bound was checked."""
    for outcome in ("checked", "by search", "wrong"):
        bounds = [wish_name(what) for what, how in outcomes.items() if how == outcome]
        if bounds:
            yield f"proof {outcome}: {', '.join(bounds)}"


def _checks(detail: Mapping[str, Any]) -> Iterator[str]:
    """How many of the probe's checks ran, and which did not."""
    checks: Mapping[str, Mapping[str, Any]] = detail.get("checks", {})
    if checks:
        left_out = [name for name, check in checks.items() if not check["ran"]]
        yield f"checks {len(checks) - len(left_out)}" + (f" (not {', '.join(left_out)})" if left_out else "")


def _figures(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if key in _SAID_OTHERWISE:
            continue
        if isinstance(value, Mapping):
            yield from _figures(value)
        elif isinstance(value, (int, float, str)) and not isinstance(value, bool) and len(str(value)) <= _LONGEST_WORD:
            yield f"{key.replace('_', ' ')} {value}"


def _tools(toolchain: Mapping[str, Any]) -> Iterator[str]:
    for library in toolchain.get("libraries", ()):
        yield f"{library['name']} {library['version']}"
    for package, version in toolchain.get("packages", {}).items():
        yield f"{package} {version}"
