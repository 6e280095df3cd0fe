"""Handles one solve: claim it, pack in a child, deliver the layout, hand over the validations that it calls for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from warpack.service.jobs.child_orders import MEMORY_MIB
from warpack.service.jobs.child_supervision import run_child
from warpack.service.jobs.fork_server import SOLVING
from warpack.service.jobs.outcome import TaskLost
from warpack.service.jobs.tasks import solve
from warpack.service.problems import ProblemDetails, crashed, faults, over_memory, overdue
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.solves import SolvedLayout
from warpack.solver.wire.problems import Problem

_GRACE_S = 5.0
"""After the manifest's time limit, at which the solver is asked for the best that it has. It looks every 0.1 s, and
needs the rest to write down a large layout. Reading and flattening count towards the limit."""


async def handle_solve(
    store: Store, submit: Callable[[Task], None], solve_id: str, *, memory_mib: int = MEMORY_MIB
) -> None:
    """Raises TaskLost where the child was killed from outside."""
    claim = await asyncio.to_thread(store.solves.claim, solve_id)
    if claim is None:
        return
    request = json.dumps({"manifest": claim.manifest, "time_limit_s": claim.time_limit_s}).encode()
    outcome = await run_child(
        solve,
        request,
        limit_s=claim.time_limit_s,
        grace_s=_GRACE_S,
        wanted=lambda: store.solves.wanted(claim),
        memory_mib=memory_mib,
        server=SOLVING,
    )
    match outcome.ended:
        case "killed":
            raise TaskLost(outcome.last_lines)
        case "crashed":
            await _fail(store, claim, crashed("solver", outcome.last_lines))
        case "over-memory":
            await _fail(store, claim, over_memory("solver", memory_mib))
        case "overdue":
            await _fail(store, claim, overdue("solver", claim.time_limit_s + _GRACE_S, _MORE_TIME))
        case "unwanted" | "answered":
            if outcome.answer is not None:
                await asyncio.to_thread(_keep, store, submit, claim, outcome.answer)


_MORE_TIME = "A manifest of this size needs a larger solver.time_limit_s."


async def _fail(store: Store, claim: Claim, problem: ProblemDetails) -> None:
    await asyncio.to_thread(store.solves.fail, claim.id, problem.to_text(), attempt=claim.attempt)


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
