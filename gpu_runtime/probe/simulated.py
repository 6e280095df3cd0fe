"""Level `simulated`: the probe in numba's CUDA simulator, in a process of its own.

What the figures in the report's `detail` count:

- `conflict_edges`: unordered pairs of pieces (buffers, or parts of buffers) that lie in one region and must not share a
  byte there; pairs that may share at one difference because they are listed in place are among them. Pieces that are never
  used, or have no bytes, are not. `conflict_edges_covered`: those for which some pass filled both, either one last, and then
  checked both; `conflict_edges_uncovered` names the rest.
- `words_checked`: elements (of the type that the getter hands out) that were read back and compared with what had been
  written, over all passes, blocks, runs and launches; checks for zero are not counted. `words_planned` is what the plan says it must be.
- `phases`: those of the whole kernel, every call written out; `steps`: what is left of them with each loop gone round
  twice and the phases merged in which nothing happens.
- `passes`: `groups` of pieces times three ways (see `abi.KINDS`), each over `blocks` blocks, of which the last is partial.
- `image_bytes_checked`: bytes of dynamic shared memory that were compared with the host's picture of them.
- `views_checked`: getter results whose address, length and alignment were compared, for every run of a block.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from gpu_runtime.probe.abi import KINDS
from gpu_runtime.probe.children import ChildError, ask
from gpu_runtime.probe.edges import bits
from gpu_runtime.probe.findings import findings_of
from gpu_runtime.probe.plan import Plan
from gpu_runtime.probe.prepared import NotProbedError, prepare
from gpu_runtime.probe.request import arrays
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest
from solver.wire.report import Finding, ValidationReport

_MOST_NAMED = 20
_PACKAGES = ("numba", "numba-cuda", "numpy")


def simulate(
    manifest: Manifest, layout: Layout, *, allocators: str | None = None, time_limit_s: float = 600.0
) -> ValidationReport:
    """Runs the probe. `allocators`: the emitted text, or other text with the same getters that is to be put to the test.

    Whatever goes wrong is a finding, the simulator's own failures among them; nothing is raised.
    """
    began = perf_counter()
    detail: dict[str, Any] = {"ran": False}

    def report(*findings: Finding) -> ValidationReport:
        return ValidationReport("simulated", not findings, findings, detail, round(perf_counter() - began, 3))

    try:
        prepared = prepare(manifest, layout, allocators)
    except NotProbedError as error:
        return report(error.finding)
    plan = prepared.plan
    request = {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "plan": arrays(plan, manifest, layout),
    }
    detail |= _planned(plan)
    try:
        answer = ask(
            "gpu_runtime.probe.simulate", request, time_limit_s=time_limit_s, environment={"NUMBA_ENABLE_CUDASIM": "1"}
        )
    except ChildError as error:
        return report(Finding(f"simulator-{error.reason}", str(error)))
    detail |= _seen(plan, answer)
    return report(*findings_of(plan, answer))


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
        "steps": len(plan.steps),
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
        "views_checked": 0 if answer["views"] is None else answer["views"]["seen"],
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
