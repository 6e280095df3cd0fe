"""Runs every level below hardware on planted faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.gpu_runtime.faults.planted import Fault
from warpack.gpu_runtime.child_process import ask
from warpack.gpu_runtime.compiler import touch_source_cpp
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.probe.backends.prepared import NotProbedError, prepare
from warpack.gpu_runtime.probe.backends.simulated_level import request_of, text_answers
from warpack.gpu_runtime.probe.checks.catalogue import CHECKS, Check, by_check
from warpack.gpu_runtime.probe.plan.probe_plan import Plan
from warpack.solver import verify

_ENVIRONMENTS = {
    "simulate": {"NUMBA_ENABLE_CUDASIM": "1"},
    "cpu": {"NUMBA_ENABLE_CUDASIM": "0", "NUMBA_OPT": "0", "NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0"},
    "compile": {"NUMBA_ENABLE_CUDASIM": "0"},
    "header": {"NUMBA_ENABLE_CUDASIM": "0"},
}
_TIME_LIMIT_S = 400.0
_NOT_RUN = "not run"


@dataclass(frozen=True)
class Seen:
    """What the levels said of one fault: rules of `static` and `compiled` (None: not put to the compiler); for
    `simulated` what the back ends answered, None where there was nothing to run (`refused` says why)."""

    fault: Fault
    static: tuple[str, ...]
    compiled: tuple[str, ...] | None
    refused: str | None
    plan: Plan | None
    answer: dict[str, Any] | None

    def simulated(self, checks: Sequence[Check] = CHECKS) -> tuple[str, ...]:
        """The names of the checks that found something."""
        if self.plan is None or self.answer is None:
            return ()
        return tuple(check.name for check, found in by_check(self.plan, self.answer, checks) if found)


def run(faults: Sequence[Fault]) -> list[Seen]:
    """All levels on all faults; four child processes in all. The compiler gets only what may concern it, the CPU target
    all but faults in the kernel, which it does not run; faults in the header go to its compiler and to nothing else."""
    prepared: list[tuple[Plan, dict[str, Any], dict[str, Any]] | str] = []
    statics, headers = [], []
    for fault in faults:
        planted = fault.plant()
        statics.append(_rules(verify(planted.manifest, planted.layout).findings))
        if fault.where == "header":
            prepared.append(_NOT_RUN)
            headers.append(
                {
                    "header": planted.header(emit(planted.layout, planted.manifest, "cuda-c++")),
                    "touch": touch_source_cpp(planted.layout, planted.manifest),
                }
            )
            continue
        try:
            probe = prepare(planted.manifest, planted.layout, None)
        except NotProbedError as error:
            prepared.append(error.finding.rule)
            continue
        request = request_of(probe, planted.manifest, planted.layout)
        request["allocators"] = planted.allocators(request["allocators"])
        request["kernel"] = planted.kernel(request["kernel"])
        request["plan"] = planted.plan(request["plan"])
        prepared.append((probe.plan, request, text_answers(request["allocators"], planted.manifest, planted.layout)))
    requests = [one[1] for one in prepared if not isinstance(one, str)]
    of_code = [
        one[1] for one, fault in zip(prepared, faults, strict=True) if not isinstance(one, str) and fault.compiled
    ]
    for_cpu = [
        one[1]
        for one, fault in zip(prepared, faults, strict=True)
        if not isinstance(one, str) and fault.where != "kernel"
    ]
    simulated, on_cpu = iter(batch("simulate", requests)), iter(batch("cpu", for_cpu))
    compiled, of_header = iter(batch("compile", of_code)), iter(batch("header", headers))
    seen = []
    for fault, static, one in zip(faults, statics, prepared, strict=True):
        if isinstance(one, str):
            rules = tuple(next(of_header)["rules"]) if one == _NOT_RUN else (one,)
            seen.append(Seen(fault, static, rules, one, None, None))
            continue
        answer = next(simulated) | {"cpu": next(on_cpu) if fault.where != "kernel" else None} | one[2]
        seen.append(
            Seen(fault, static, tuple(next(compiled)["rules"]) if fault.compiled else None, None, one[0], answer)
        )
    return seen


def batch(kind: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    environment = {**_ENVIRONMENTS[kind], "WARPACK_BATCH": kind}
    answers: list[dict[str, Any]] = ask(
        "tests.gpu_runtime.faults.batch", {"requests": requests}, time_limit_s=_TIME_LIMIT_S, environment=environment
    )["answers"]
    return answers


def _rules(findings: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.rule for finding in findings))
