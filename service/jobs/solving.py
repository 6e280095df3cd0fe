"""Handles one solve: claim it, pack in a child, deliver the layout, hand over the validations that it calls for."""

from __future__ import annotations

import json
from collections.abc import Callable

from warpack.service.jobs.child_supervision import run_child
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.tasks import solve
from warpack.service.problems import crashed, faults, overdue
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.versions import solver_version
from warpack.solver.wire.problems import Problem

_GRACE_S = 60.0
"""Beyond the manifest's time limit, for reading, building and proving. A solver that needs more hangs."""


async def handle_solve(store: Store, desk: Desk, submit: Callable[[Task], None], task: Task) -> None:
    claim = await persist(store.solves.claim, task, desk.holder)
    if claim is None:
        return
    request = json.dumps({"manifest": claim.manifest, "time_limit_s": claim.time_limit_s}).encode()
    limit_s = claim.time_limit_s + _GRACE_S
    async with desk.under_way(claim) as wanted:
        outcome = await run_child(solve, request, limit_s=limit_s, wanted=wanted)
        match outcome.ended:
            case "crashed":
                await persist(store.solves.fail, claim, crashed("solver", outcome.last_lines).to_text())
            case "overdue":
                await persist(store.solves.fail, claim, overdue("solver", limit_s).to_text())
            case "unwanted" | "answered":
                if outcome.answer is not None:
                    for follows in await persist(_keep, store, claim, outcome.answer):
                        await persist(submit, follows)


def _keep(store: Store, claim: Claim, answer: bytes) -> tuple[Task, ...]:
    found = json.loads(answer)
    if "problems" in found:
        problem = faults("manifest", [Problem(**each) for each in found["problems"]])
        store.solves.fail(claim, problem.to_text())
        return ()
    layout = SolvedLayout(**found, version=solver_version())
    tasks = store.solves.deliver(claim, layout)
    if layout.status != "infeasible" and not tasks:
        store.solves.keep_best(claim, layout)  # only where the solve was cancelled meanwhile
    return tasks
