"""Collects the findings of one verification, and has the phrases that they share."""

from __future__ import annotations

from dataclasses import dataclass, field

from warpack.solver.verifier.spans import Span, Spans
from warpack.solver.verifier.story import Story
from warpack.solver.wire.report import Finding
from warpack.solver.wire.units import Bytes

MOST_PER_RULE = 100
"""The most findings of one rule that are written out; one more says that there were others."""


@dataclass
class Findings:
    """Collects what is wrong. Each rule is written out at most `MOST_PER_RULE` times."""

    story: Story
    found: list[Finding] = field(default_factory=list)
    _count: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        rule: str,
        message: str,
        *buffers: str,
        region: str | None = None,
        at: Span | None = None,
        phases: Spans = (),
    ) -> None:
        """`at`: bytes of the region; `phases`: where it shows; the first of them is named."""
        count = self._count[rule] = self.count(rule) + 1
        if count > MOST_PER_RULE:
            if count == MOST_PER_RULE + 1:
                self.found.append(
                    Finding(rule, f"more than {MOST_PER_RULE} findings of this rule; the rest are left out")
                )
            return
        start: Bytes | None = None
        end: Bytes | None = None
        if at is not None:
            start, end = at
        phase = phases[0][0] if phases else None
        name = self.story.phase_names[phase] if phase is not None else None
        self.found.append(Finding(rule, message, buffers, region, start, end, phase, name))

    def expect(self, rule: str, what: str, stated: object, derived: object) -> bool:
        """Adds a finding where a figure of the layout differs from what the manifest gives. Returns whether they are
        equal."""
        if stated == derived and type(stated) is type(derived):
            return True
        self.add(rule, f"{what} is {stated}, but must be {derived}")
        return False

    def count(self, rule: str) -> int:
        """The number of findings of this rule, including those left out."""
        return self._count.get(rule, 0)

    def full(self, rule: str) -> bool:
        """Whether further findings of this rule would be left out."""
        return self.count(rule) > MOST_PER_RULE
