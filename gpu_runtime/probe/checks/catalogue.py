"""The checks of a probe, by name. A report says for each check whether it ran and what it found.

Every check is needed: for each there is a planted fault that no other check finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.probe.checks import pass_checks, side_checks
from warpack.gpu_runtime.probe.checks.messages import Answer
from warpack.gpu_runtime.probe.plan.probe_plan import Plan
from warpack.solver.wire.report import Finding

_MOST_OF_A_RULE = 6


@dataclass(frozen=True)
class Check:
    """`find` yields what is wrong in the back end's result; `what` says what the check compares."""

    name: str
    what: str
    find: Callable[[Plan, Answer], Iterator[Finding]]


CHECKS: tuple[Check, ...] = (
    Check("completed", "the back end came to its end without an error", side_checks.completed),
    Check("coverage", "each conflict edge has a group of buffers that is run in all three ways", side_checks.coverage),
    Check("constants", "hashes, launch figures and declared alignment of the text are the layout's", side_checks.constants),
    Check("limits", "the launch is within the architecture's limits, which no simulator has", side_checks.limits),
    Check("addresses", "each getter of every run gives the layout's address, length and alignment", side_checks.addresses),
    Check("lengths", "every view handed out during the probe, local arrays included, has its length", pass_checks.lengths),
    Check("numbering", "the text numbers threads, runs and lanes as the launch does", pass_checks.numbering),
    Check("contents", "what was written is read back while it counts, whatever else is written", pass_checks.contents),
    Check("zeros", "what must read zero does, before its first fill", pass_checks.zeros),
    Check("image", "every byte is what the layout alone says, after every step, holes and padding included", pass_checks.image),
    Check("guards", "bytes behind the layout's own are untouched", pass_checks.guards),
    Check("finished", "every thread counted itself as finished", pass_checks.finished),
    Check("words", "as many elements were compared as the plan has", pass_checks.words),
    Check("shadow", "no two threads of the full block touch a byte without a barrier between", side_checks.shadow),
    Check("cpu-target", "compiled for the CPU with bounds checks, the full block leaves the same bytes", side_checks.cpu_target),
)  # fmt: skip

NAMES = tuple(check.name for check in CHECKS)


def findings_of(plan: Plan, answer: Answer, checks: Sequence[Check] = CHECKS) -> tuple[Finding, ...]:
    """What all checks found; of many findings by one rule the first ones."""
    return tuple(finding for _, found in by_check(plan, answer, checks) for finding in found)


def by_check(plan: Plan, answer: Answer, checks: Sequence[Check] = CHECKS) -> list[tuple[Check, tuple[Finding, ...]]]:
    """Every check with what it found."""
    result = []
    for check in checks:
        seen: Counter[str] = Counter()
        kept = []
        for finding in check.find(plan, answer):
            seen[finding.rule] += 1
            if seen[finding.rule] <= _MOST_OF_A_RULE:
                kept.append(finding)
        result.append((check, tuple(kept)))
    return result
