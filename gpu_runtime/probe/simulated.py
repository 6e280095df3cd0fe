"""Level `simulated`: the probe in numba's CUDA simulator, and on numba's CPU target, each in a process of its own.

`detail["checks"]` says of each check (see `findings.CHECKS`) what it holds against what, whether it ran, and how many
findings it has; one that did not run says why.

What the figures in the report's `detail` count:

- `conflict_edges`: unordered pairs of pieces (buffers, or parts of buffers) that lie in one memory and must not share a
  byte there; pairs that may share at one difference because they are listed in place are among them. Pieces that are never
  used, or have no bytes, are not. `conflict_edges_covered`: those for which some pass filled the one while the other held
  something, and then checked that; `conflict_edges_uncovered` names the rest.
- `words_checked`: elements (of the type that the getter hands out) that were read back and compared with what had been
  written, over all passes, blocks, runs and launches; checks for zero are not counted. `words_planned` is what the plan says it must be.
- `conflict_edges_on_ways`: those of them that are covered on some way of the program; the others are seen in groups that linger.
- `phases`: those of the whole kernel, every call written out; `ways`: how many ways through it are walked; `steps`: of each, what is
  left of its phases with those merged in which nothing happens. `choices`: how many outcomes loops (no trip, one, two, each break),
  branches, tracks and calls have; `choices_taken`: those that some way takes.
- `passes`: `groups` of pieces on their ways, each run in three manners (see `abi.KINDS`), each over `blocks` blocks, of which the last is partial.
- `image_bytes_checked`: bytes of dynamic shared memory that were compared with the host's picture of them.
- `guard_bytes_checked`: bytes behind the layout's own, in the launches that have such.
- `shadow_accesses`: bytes that the shadow check followed, over all groups and three orders; `shadow_threads`, `cpu_threads`,
  `cpu_runs`: those of the full block. `cpu_words_checked`, `cpu_image_bytes_checked`: as above, on the CPU target.
- `views_checked`: getter results whose address, length and alignment were compared, for every run of a block.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from gpu_runtime.probe.abi import KINDS
from gpu_runtime.probe.children import ChildError, ask
from gpu_runtime.probe.cpu_driver import driver_source
from gpu_runtime.probe.edges import bits
from gpu_runtime.probe.findings import CHECKS, Check, by_check
from gpu_runtime.probe.plan import Plan
from gpu_runtime.probe.prepared import NotProbedError, Prepared, prepare
from gpu_runtime.probe.request import arrays
from gpu_runtime.probe.text_check import beyond_limits, wrong_constants
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest
from solver.wire.report import Finding, ValidationReport

_MOST_NAMED = 20
_PACKAGES = ("numba", "numba-cuda", "numpy")


MOST_CPU_GETTERS = 768
"""numba takes about a twentieth of a second for each getter: layouts with more do without the CPU target."""

_CPU = "cpu-target"
_CPU_ENVIRONMENT = {
    "NUMBA_ENABLE_CUDASIM": "0", "NUMBA_DISABLE_JIT": "0", "NUMBA_OPT": "0",
    "NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0",
}  # fmt: skip


def simulate(
    manifest: Manifest,
    layout: Layout,
    *,
    allocators: str | None = None,
    prepared: Prepared | None = None,
    time_limit_s: float = 600.0,
    leave_out: Collection[str] = (),
) -> ValidationReport:
    """Runs the probe. `allocators`: the emitted text, or other text with the same getters that is to be put to the test.
    `prepared`: where the probe of this very manifest, layout and text has been planned already. `leave_out`: names of checks
    that need not run; the report says so.

    Whatever goes wrong is a finding, the simulator's own failures among them; nothing is raised.
    """
    began = perf_counter()
    detail: dict[str, Any] = {"ran": False}

    def report(*findings: Finding) -> ValidationReport:
        return ValidationReport("simulated", not findings, findings, detail, round(perf_counter() - began, 3))

    try:
        prepared = prepared or prepare(manifest, layout, allocators)
    except NotProbedError as error:
        return report(error.finding)
    plan = prepared.plan
    detail |= _planned(plan)
    why_not = dict.fromkeys(leave_out, "left out by the caller")
    if len(plan.calls.names) > MOST_CPU_GETTERS:
        why_not[_CPU] = f"{len(plan.calls.names)} getters, at most {MOST_CPU_GETTERS} are compiled for the CPU target"
    try:
        answer = _ask(request_of(prepared, manifest, layout), time_limit_s, with_cpu=_CPU not in why_not)
    except ChildError as error:
        return report(Finding(f"simulator-{error.reason}", str(error)))
    answer |= text_answers(prepared.allocators, manifest, layout)
    detail |= _seen(plan, answer)
    found = by_check(plan, answer, [check for check in CHECKS if check.name not in why_not])
    counts = {check.name: len(findings) for check, findings in found}
    detail["checks"] = {check.name: _told(check, counts, why_not) for check in CHECKS}
    return report(*(finding for _, findings in found for finding in findings))


def request_of(prepared: Prepared, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """What the two children are handed: JSON values."""
    threads_per_run = manifest.launch.threads_per_run
    return {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "driver": driver_source(prepared.plan.calls, threads_per_run),
        "plan": arrays(prepared.plan, manifest, layout),
    }


def text_answers(allocators: str, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """What is read off the text and the launch, without running anything."""
    return {
        "constants": wrong_constants(allocators, manifest, layout),
        "limits": beyond_limits(manifest, layout),
    }


def _ask(request: Mapping[str, Any], time_limit_s: float, *, with_cpu: bool) -> dict[str, Any]:
    """Both children at once: one takes no longer than the other. Raises ChildError."""
    with ThreadPoolExecutor(2) as threads:
        simulator = threads.submit(
            ask, "gpu_runtime.probe.simulate", request,
            time_limit_s=time_limit_s, environment={"NUMBA_ENABLE_CUDASIM": "1"},
        )  # fmt: skip
        cpu = None
        if with_cpu:
            cpu = threads.submit(
                ask, "gpu_runtime.probe.cpu", request, time_limit_s=time_limit_s, environment=_CPU_ENVIRONMENT
            )
        answer = simulator.result()
        answer["cpu"] = None if cpu is None else cpu.result()
    return answer


def _told(check: Check, counts: Mapping[str, int], why_not: Mapping[str, str]) -> dict[str, Any]:
    if check.name in why_not:
        return {"what": check.what, "ran": False, "why": why_not[check.name]}
    return {"what": check.what, "ran": True, "findings": counts[check.name]}


def _planned(plan: Plan) -> dict[str, Any]:
    shape = plan.shape
    pairs = [
        [plan.cells[index].name, plan.cells[other].name]
        for index, mask in enumerate(plan.uncovered)
        for other in bits(mask)
        if index < other
    ]
    return {
        "conflict_edges": plan.edges.count,
        "conflict_edges_covered": plan.edges_covered,
        "conflict_edges_uncovered": pairs[:_MOST_NAMED],
        "pieces": len(plan.cells),
        "phases": plan.story.length,
        "ways": len(plan.choices.steps),
        "choices": plan.choices.choices,
        "choices_taken": plan.choices.taken,
        "steps": [len(steps) for steps in plan.choices.steps],
        "conflict_edges_on_ways": plan.met,
        "groups": len(plan.scripts),
        "lingering_groups": sum(script.group.lingering for script in plan.scripts),
        "passes": len(plan.scripts) * len(KINDS),
        "blocks": len(shape.active),
        "threads_per_block": shape.threads,
        "runs_probed": list(shape.slots),
        "runs_in_last_block": shape.active[-1],
        "threads_probed_per_run": shape.lanes,
        "dynamic_shared_bytes": shape.dynamic_bytes,
    }


def _seen(plan: Plan, answer: dict[str, Any]) -> dict[str, Any]:
    done = answer["passes"]
    images = [one["image"] for one in done if one["image"] is not None]
    launches = sum(one["launches"] for one in done)
    return {
        "ran": True,
        "words_checked": sum(one["words"] for one in done),
        "words_planned": sum(plan.words_per_pass[one["script"]] * one["launches"] for one in done),
        "launches": launches,
        "threads_started": launches * len(plan.shape.started) * len(plan.shape.active),
        "threads_finished": sum(one["finished"] for one in done),
        "image_bytes_checked": sum(image["bytes"] for image in images),
        "image_bytes_wrong": sum(image["wrong"] for image in images),
        "guard_bytes_checked": sum(one["guards"]["bytes"] for one in done if one["guards"] is not None),
        "shadow_accesses": answer["shadow"]["accesses"] if answer["shadow"] else 0,
        "shadow_threads": answer["shadow"]["threads"] if answer["shadow"] else 0,
        "shadow_orders": answer["shadow"]["orders"] if answer["shadow"] else [],
        **_seen_on_cpu(answer["cpu"]),
        "views_checked": 0 if answer["views"] is None else answer["views"]["seen"],
        "versions": _versions(),
    }


def _seen_on_cpu(seen: Mapping[str, Any] | None) -> dict[str, int]:
    counts = ("threads", "runs", "words", "image_bytes")
    names = ("cpu_threads", "cpu_runs", "cpu_words_checked", "cpu_image_bytes_checked")
    return {name: seen[count] if seen else 0 for name, count in zip(names, counts, strict=True)}


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
