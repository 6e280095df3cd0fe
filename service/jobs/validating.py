"""Handles one validation: claims it, checks in a child, and delivers the verdict. Level hardware is handed on to a
worker with the GPU."""

from __future__ import annotations

import json
from typing import Any

from warpack.service.jobs.child_tasks.devices import validate_on_device
from warpack.service.jobs.child_tasks.solves import validate
from warpack.service.jobs.children.fork_server import COMPILING, SOLVING
from warpack.service.jobs.children.orders import MEMORY_MIB
from warpack.service.jobs.children.orders import Task as ChildTask
from warpack.service.jobs.children.supervision import run_child
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.endings import end_unanswered
from warpack.service.jobs.gpu import Gpu
from warpack.service.store.records import Claim, Task

SLOT_S = {
    "static": 600.0,  # processor time: 142 s for 5,000 buffers, 6 s for 1,000, 0.1 s for real kernels
    "compiled": 900.0,  # processor time: 2 s for real kernels, 51 s for 250 buffers without a common getter
    "simulated": 1200.0,  # processor time: 16 s for real kernels; each child of the probe ends itself after 600 s
    "best": 1200.0,  # simulated, on this worker
    "hardware": 1500.0,  # simulated, and compiled once more at most for the device's machine code
}
"""How long a validation may hold its slot, by the level asked for. With sixteen processes on two processors, a real
kernel (36 buffers) was compiled after 8 s and simulated after 24 s. A validator that needs more time than this has
hung."""

_DEVICE_LIMIT_S = 300.0
"""The limit of a run on a device, which takes milliseconds. With compute-sanitizer there are three more runs, and each
may take ten times as long."""

_TOO_LONG = "That is far beyond what it may need."

_SANITIZER_LIMITS = 31
_AROUND_A_RUN_S = 60.0
"""Time to read what a device is to run, and to write the report."""


async def handle_validation(desk: Desk, task: Task, *, memory_mib: int = MEMORY_MIB) -> None:
    """Validates every level up to simulated."""
    claim = await persist(desk.keeper.claim, task)
    if claim is None:
        return
    request = {
        "manifest": claim.manifest,
        "layout": claim.layout,
        "required": claim.required,
        "with_bundle": claim.wants_bundle,
    }
    await _validate(desk, claim, validate, request, SLOT_S[claim.required], memory_mib)


async def handle_device(desk: Desk, gpu: Gpu, task: Task, *, memory_mib: int = MEMORY_MIB) -> None:
    """Validates level hardware on this worker's GPU."""
    claim = await persist(desk.keeper.claim, task)
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
    await _validate(desk, claim, validate_on_device, request, limit_s, memory_mib)


async def _validate(
    desk: Desk, claim: Claim, do: ChildTask, request: dict[str, Any], limit_s: float, memory_mib: int
) -> None:
    keeper = desk.keeper
    async with desk.under_way(claim) as wanted:
        outcome = await run_child(
            do,
            json.dumps(request).encode(),
            limit_s=limit_s,
            wanted=wanted,
            memory_mib=memory_mib,
            server=SOLVING if claim.required == "static" else COMPILING,
        )
        await end_unanswered(
            keeper, claim, outcome, who="validator", memory_mib=memory_mib, limit_s=limit_s, what_to_do=_TOO_LONG
        )
        if outcome.ended == "answered" and outcome.answer is not None:
            await persist(keeper.validated, claim, json.loads(outcome.answer))
