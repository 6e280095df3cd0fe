"""Handles one solve: claim it, pack in a child, deliver the layout, hand over the validations that it calls for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from warpack.service.jobs.child_supervision import run_child
from warpack.service.jobs.tasks import solve
from warpack.service.problems import crashed, faults, overdue
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.solves import SolvedLayout
from warpack.solver.wire.problems import Problem

_GRACE_S = 60.0
"""Beyond the manifest's time limit, for reading, building and proving. A solver that needs more hangs."""


async def handle_solve(store: Store, submit: Callable[[Task], None], solve_id: str) -> None:
    claim = await asyncio.to_thread(store.solves.claim, solve_id)
    if claim is None:
        return
    request = json.dumps({"manifest": claim.manifest, "time_limit_s": claim.time_limit_s}).encode()
    limit_s = claim.time_limit_s + _GRACE_S
    outcome = await run_child(solve, request, limit_s=limit_s, wanted=lambda: store.solves.wanted(claim))
    match outcome.ended:
        case "crashed":
            problem = crashed("solver", outcome.last_lines)
            await asyncio.to_thread(store.solves.fail, claim.id, problem.to_text(), attempt=claim.attempt)
        case "overdue":
            problem = overdue("solver", limit_s)
            await asyncio.to_thread(store.solves.fail, claim.id, problem.to_text(), attempt=claim.attempt)
        case "unwanted" | "answered":
            if outcome.answer is not None:
                await asyncio.to_thread(_keep, store, submit, claim, outcome.answer)


def _keep(store: Store, submit: Callable[[Task], None], claim: Claim, answer: bytes) -> None:
    found = json.loads(answer)
    if "problems" in found:
        problem = faults("manifest", [Problem(**each) for each in found["problems"]])
        store.solves.fail(claim.id, problem.to_text(), attempt=claim.attempt)
        return
    layout = SolvedLayout(**found)
    for task in store.solves.deliver(claim, layout):
        submit(task)
    if layout.status != "infeasible":
        store.solves.keep_best(claim, layout)  # only where the solve was cancelled meanwhile
