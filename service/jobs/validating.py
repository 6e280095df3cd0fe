"""Handles one validation: claim it, check in a child, deliver the verdict, or hand on to a device what only a GPU can
do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warpack.service.jobs.child_supervision import run_child
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.device_tasks import validate_on_device
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.tasks import validate
from warpack.service.problems import crashed, overdue, validation_failed
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.validations import Verdict
from warpack.service.versions import validator_version

_LIMIT_S = 1800.0
"""Compiling and simulating the largest kernels takes minutes. A validator that needs more hangs."""

_DEVICE_LIMIT_S = 300.0
"""Of a run on a device, which takes milliseconds. With compute-sanitizer, three more that may take ten times that
each."""

_SANITIZER_LIMITS = 31


async def handle_validation(
    store: Store, desk: Desk, submit: Callable[[Task], None], has_device: Callable[[str], bool], task: Task
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
        found = await _ask(store, claim, validate, request, _LIMIT_S, wanted)
        if found is None:
            return
        if found.get("bundle") is None:
            await persist(store.validations.deliver, claim, _verdict(found))
            return
        follows = await persist(store.validations.hand_over, claim, _verdict(found), found["bundle"])
        if follows is not None:
            await persist(submit, follows)


async def handle_device(store: Store, desk: Desk, gpu: Gpu, task: Task) -> None:
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
    limit_s = _LIMIT_S + _DEVICE_LIMIT_S * (_SANITIZER_LIMITS if gpu.sanitizer else 1)
    async with desk.under_way(claim) as wanted:
        found = await _ask(store, claim, validate_on_device, request, limit_s, wanted)
        if found is None:
            return
        if claim.required == "best" and not found["ran"]:
            # The device's trouble, not the layout's.
            await persist(store.validations.fall_back, claim.id, claim.token)
            return
        await persist(store.validations.deliver, claim, _verdict(found))


async def _ask(
    store: Store, claim: Claim, do: Any, request: dict[str, Any], limit_s: float, wanted: Callable[[], bool]
) -> dict[str, Any] | None:
    """What the child found; None where it found nothing, which is dealt with already."""
    outcome = await run_child(do, json.dumps(request).encode(), limit_s=limit_s, wanted=wanted)
    if outcome.ended in ("crashed", "overdue"):
        problem = (
            crashed("validator", outcome.last_lines) if outcome.ended == "crashed" else overdue("validator", limit_s)
        )
        await persist(store.validations.fail, claim, problem.to_text())
    if outcome.ended != "answered" or outcome.answer is None:
        return None
    found: dict[str, Any] = json.loads(outcome.answer)
    return found


def _verdict(found: dict[str, Any]) -> Verdict:
    reports = tuple(found["reports"])
    return Verdict(
        level=found["level"],
        reports=reports,
        document=found["document"],
        artefacts=found["artefacts"],
        problem=None if found["passed"] else validation_failed(found["level"], reports).to_text(),
        version=validator_version(),
    )
