"""Handles one validation: claim it, check in a child, deliver the verdict, or hand on to a device what only a GPU can
do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warpack.service.jobs.child_orders import MEMORY_MIB
from warpack.service.jobs.child_supervision import run_child
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.device_tasks import validate_on_device
from warpack.service.jobs.fork_server import COMPILING, SOLVING
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.tasks import validate
from warpack.service.problems import crashed, over_memory, overdue, validation_failed
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.validations import Verdict
from warpack.service.versions import validator_version

SLOT_S = {
    "static": 600.0,  # 5,000 buffers take 142 s of processor time, 1,000 take 6 s, real kernels 0.1 s
    "compiled": 900.0,  # real kernels take 2 s of processor time, 250 buffers of which none share a getter 51 s
    "simulated": 1200.0,  # real kernels take 16 s of processor time; each child of the probe ends itself at 600 s
    "best": 1200.0,  # is simulated on this worker
    "hardware": 1500.0,  # simulated, and machine code for the device: compiled once more at most
}
"""How long a validation may hold its slot, by the level that is asked for. On two processors that sixteen processes
wanted, a real kernel (36 buffers) was compiled after 8 s and simulated after 24 s. A validator that needs more
hangs."""

_DEVICE_LIMIT_S = 300.0
"""Of a run on a device, which takes milliseconds. With compute-sanitizer, three more that may take ten times that
each."""

_SANITIZER_LIMITS = 31
_AROUND_A_RUN_S = 60.0
"""For reading what a device is to run, and for the report."""


async def handle_validation(
    store: Store,
    desk: Desk,
    submit: Callable[[Task], None],
    has_device: Callable[[str], bool],
    task: Task,
    *,
    memory_mib: int = MEMORY_MIB,
) -> None:
    """Every level up to simulated. `has_device`: whether a worker with a GPU of an architecture is alive."""
    claim = await persist(store.validations.claim, task, desk.holder)
    if claim is None:
        return
    wants_device = claim.required == "hardware" or (
        claim.required == "best" and await persist(has_device, claim.compute_capability)
    )
    request = {
        "manifest": claim.manifest,
        "layout": claim.layout,
        "required": claim.required,
        "with_bundle": wants_device,
    }
    async with desk.under_way(claim) as wanted:
        found = await _ask(store, claim, validate, request, SLOT_S[claim.required], wanted, memory_mib)
        if found is None:
            return
        if found.get("bundle") is None:
            await persist(store.validations.deliver, claim, verdict(found))
            return
        follows = await persist(store.validations.hand_over, claim, verdict(found), found["bundle"])
        if follows is not None:
            await persist(submit, follows)


async def handle_device(store: Store, desk: Desk, gpu: Gpu, task: Task, *, memory_mib: int = MEMORY_MIB) -> None:
    """Level hardware, on this worker's GPU."""
    claim = await persist(store.validations.claim, task, desk.holder)
    if claim is None:
        return
    request = {
        "manifest": claim.manifest,
        "layout": claim.layout,
        "required": claim.required,
        "reports": [json.loads(report) for report in claim.reports],
        "bundle": claim.bundle,
        "ordinal": gpu.ordinal,
        "sanitizer": gpu.sanitizer,
        "time_limit_s": _DEVICE_LIMIT_S,
    }
    limit_s = _AROUND_A_RUN_S + _DEVICE_LIMIT_S * (_SANITIZER_LIMITS if gpu.sanitizer else 1)
    async with desk.under_way(claim) as wanted:
        found = await _ask(store, claim, validate_on_device, request, limit_s, wanted, memory_mib)
        if found is None:
            return
        if claim.required == "best" and not found["ran"]:
            # The device's trouble, not the layout's.
            await persist(store.validations.fall_back, claim.id, claim.token)
            return
        await persist(store.validations.deliver, claim, verdict(found))


async def _ask(
    store: Store,
    claim: Claim,
    do: Any,
    request: dict[str, Any],
    limit_s: float,
    wanted: Callable[[], bool],
    memory_mib: int,
) -> dict[str, Any] | None:
    """What the child found; None where it found nothing, which is dealt with already."""
    outcome = await run_child(
        do,
        json.dumps(request).encode(),
        limit_s=limit_s,
        wanted=wanted,
        memory_mib=memory_mib,
        server=SOLVING if claim.required == "static" else COMPILING,
    )
    problem = None
    match outcome.ended:
        case "killed":
            await persist(store.tasks.lose, claim, outcome.last_lines)
        case "crashed":
            problem = crashed("validator", outcome.last_lines)
        case "over-memory":
            problem = over_memory("validator", memory_mib)
        case "overdue":
            problem = overdue("validator", limit_s, "That is far beyond what it may need.")
    if problem is not None:
        await persist(store.validations.fail, claim, problem.to_text())
    if outcome.ended != "answered" or outcome.answer is None:
        return None
    found: dict[str, Any] = json.loads(outcome.answer)
    return found


def verdict(found: dict[str, Any]) -> Verdict:
    """Of what `tasks.validate` found."""
    reports = tuple(found["reports"])
    return Verdict(
        level=found["level"],
        reports=reports,
        document=found["document"],
        artefacts=found["artefacts"],
        problem=None if found["passed"] else validation_failed(found["level"], reports).to_text(),
        version=validator_version(),
    )
