"""Validation reports as lines: the level reached, what each level looked at, what it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from solver.wire.layout import Validation
from solver.wire.report import STATEMENT


def validation_lines(validation: Validation) -> list[str]:
    """A line for each report that ran, its findings under it, and what all of it holds for."""
    if not validation.reports:
        return ["not validated"]
    lines = [line for report in validation.reports for line in report_lines(report)]
    return [*lines, f"level reached: {validation.level} (asked for: {validation.required})", STATEMENT]


def report_lines(report: Mapping[str, Any]) -> list[str]:
    """One report's JSON as lines. Its figures stand behind the level, as far as they are plain numbers or words."""
    figures = ", ".join(_figures({**report.get("checked", {}), **report.get("detail", {})}))
    seconds = f" in {report['seconds']:.2f} s" if report.get("seconds") else ""
    verdict = "passed" if report["passed"] else "FAILED"
    return [f"{report['level']:<9}  {verdict}{seconds}" + (f": {figures}" if figures else ""), *_findings(report)]


def _figures(values: Mapping[str, Any]) -> Iterable[str]:
    for key, value in values.items():
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            yield f"{key.replace('_', ' ')} {value}"


def _findings(report: Mapping[str, Any]) -> list[str]:
    return [f"           {finding['rule']}: {finding['message']}" for finding in report["findings"]]
