"""Validation reports: what a level checked and what it found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from warpack.solver.wire.manifest import Level
from warpack.solver.wire.units import Bytes

STATEMENT = "Holds for the lifetimes, aliases and in-place pairs that the manifest states; whether the kernel keeps them is not tested here."
"""Stands in every report of every level."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: a stable `rule` slug, the buffers (or parts) involved, the bytes of the region `[start, end)`
    and the flattened phase (index and name) where it shows, where the rule has such."""

    rule: str
    message: str
    buffers: tuple[str, ...] = ()
    region: str | None = None
    start_bytes: Bytes | None = None
    end_bytes: Bytes | None = None
    phase: int | None = None
    phase_name: str | None = None


@dataclass(frozen=True, slots=True)
class StaticReport:
    """What `warpack.verify` found. `checked` counts what was checked: buffers, conflicting_pairs, phases, handoffs.
    `certificates` says of each bound of the proof whether its certificate was `checked`, rests on a search (`by
    search`), or is `wrong`."""

    findings: tuple[Finding, ...]
    checked: dict[str, int] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.findings

    @property
    def by_search(self) -> tuple[str, ...]:
        """The bounds that rest on a search, which this level does not repeat."""
        return tuple(what for what, how in self.certificates.items() if how == "by search")

    def to_json(self) -> dict[str, Any]:
        return {
            "level": "static",
            "passed": self.passed,
            "statement": STATEMENT,
            "findings": [asdict(finding) | {"buffers": list(finding.buffers)} for finding in self.findings],
            "checked": dict(self.checked),
            "certificates": dict(self.certificates),
        }


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """One level's evidence. `detail` differs by level: toolchain and figures for compiled, counts for simulated."""

    level: Level
    passed: bool
    findings: tuple[Finding, ...]
    detail: dict[str, Any]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "passed": self.passed,
            "statement": STATEMENT,
            "findings": [asdict(finding) | {"buffers": list(finding.buffers)} for finding in self.findings],
            "detail": self.detail,
            "seconds": self.seconds,
        }
