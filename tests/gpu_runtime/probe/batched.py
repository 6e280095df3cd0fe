"""Many probes in one child process: most of a small probe's time is the start of the simulator."""

from __future__ import annotations

from collections.abc import Iterable

from tests.gpu_runtime.faults.running import batch
from warpack.gpu_runtime.probe.backends.prepared import prepare
from warpack.gpu_runtime.probe.backends.simulated_level import request_of, text_answers
from warpack.gpu_runtime.probe.checks.catalogue import CHECKS, by_check
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding

_LEFT_OUT = ("cpu-target", "limits")


def simulated(pairs: Iterable[tuple[Manifest, Layout]]) -> list[dict[str, tuple[Finding, ...]]]:
    """What each check of level simulated found, without the CPU target; checks that found nothing are left out."""
    waiting = [(prepare(manifest, layout, None), manifest, layout) for manifest, layout in pairs]
    answers = batch("simulate", [request_of(*one) for one in waiting])
    found = []
    for (prepared, manifest, layout), answer in zip(waiting, answers, strict=True):
        answer = answer | {"cpu": None} | text_answers(prepared.allocators, manifest, layout)
        checks = [check for check in CHECKS if check.name not in _LEFT_OUT]
        found.append({check.name: seen for check, seen in by_check(prepared.plan, answer, checks) if seen})
    return found
