"""Handles one validation: claim it, check in a child, deliver the verdict."""

from __future__ import annotations

import asyncio
import json

from service.jobs.supervision import run_child
from service.jobs.tasks import validate
from service.problems import crashed, overdue, validation_failed
from service.store import Store
from service.store.validations import Verdict

_LIMIT_S = 1800.0
"""Compiling and simulating the largest kernels takes minutes. A validator that needs more hangs."""


async def handle_validation(store: Store, validation_id: str) -> None:
    claim = await asyncio.to_thread(store.validations.claim, validation_id)
    if claim is None:
        return
    request = {"manifest": claim.manifest, "layout": claim.layout, "required": claim.required}
    outcome = await run_child(
        validate,
        json.dumps(request).encode(),
        limit_s=_LIMIT_S,
        wanted=lambda: store.validations.wanted(claim),
    )
    match outcome.ended:
        case "crashed":
            problem = crashed("validator", outcome.last_lines)
            await asyncio.to_thread(store.validations.fail, claim.id, problem.to_text(), attempt=claim.attempt)
        case "overdue":
            problem = overdue("validator", _LIMIT_S)
            await asyncio.to_thread(store.validations.fail, claim.id, problem.to_text(), attempt=claim.attempt)
        case "answered" if outcome.answer is not None:
            await asyncio.to_thread(store.validations.deliver, claim, _verdict(outcome.answer))


def _verdict(answer: bytes) -> Verdict:
    found = json.loads(answer)
    reports = tuple(found["reports"])
    return Verdict(
        level=found["level"],
        reports=reports,
        document=found["document"],
        artefacts=found["artefacts"],
        problem=None if found["passed"] else validation_failed(found["level"], reports).to_text(),
    )
