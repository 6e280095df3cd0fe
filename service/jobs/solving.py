"""Handles one solve: claim it, pack in a child, deliver the layout, hand over the validations that it calls for."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from math import inf
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from warpack.service.jobs.child_orders import MEMORY_MIB
from warpack.service.jobs.child_supervision import run_child
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.fork_server import SOLVING
from warpack.service.jobs.tasks import solve
from warpack.service.problems import ProblemDetails, crashed, faults, over_memory, overdue
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.versions import solver_version
from warpack.solver.wire.problems import Problem

_GRACE_S = 5.0
"""After the manifest's time limit, at which the solver is asked for the best that it has. It looks every 0.1 s, and
needs the rest to write down a large layout. Reading and flattening count towards the limit."""


_BETWEEN_INCUMBENTS_S = 0.25
_LOG = logging.getLogger("warpack.jobs")

_MORE_TIME = "A manifest of this size needs a larger solver.time_limit_s."


async def handle_solve(
    store: Store, desk: Desk, submit: Callable[[Task], None], task: Task, *, memory_mib: int = MEMORY_MIB
) -> None:
    claim = await persist(store.solves.claim, task, desk.holder)
    if claim is None:
        return
    request = json.dumps({"manifest": claim.manifest, "time_limit_s": claim.time_limit_s}).encode()
    async with desk.under_way(claim) as wanted:
        outcome = await run_child(
            solve,
            request,
            limit_s=claim.time_limit_s,
            grace_s=_GRACE_S,
            wanted=wanted,
            memory_mib=memory_mib,
            server=SOLVING,
            news=Incumbents(store, claim),
        )
        match outcome.ended:
            case "killed":
                await persist(store.tasks.lose, claim, outcome.last_lines)
            case "crashed":
                await _fail(store, claim, crashed("solver", outcome.last_lines))
            case "over-memory":
                await _fail(store, claim, over_memory("solver", memory_mib))
            case "overdue":
                await _fail(store, claim, overdue("solver", claim.time_limit_s + _GRACE_S, _MORE_TIME))
            case "unwanted" | "answered":
                if outcome.answer is not None:
                    for follows in await persist(keep, store, claim, json.loads(outcome.answer)):
                        await persist(submit, follows)


class Incumbents:
    """Records each better packing that a solver tells, but no more than a few a second: the last ones of a quick
    succession are in the layout that follows."""

    def __init__(self, store: Store, claim: Claim, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._claim, self._clock = store, claim, clock
        self._next = -inf

    def __call__(self, news: bytes) -> None:
        if self._clock() < self._next:
            return
        self._next = self._clock() + _BETWEEN_INCUMBENTS_S
        try:
            self._store.solves.tell(self._claim, json.loads(news))
        except SQLAlchemyError as error:
            _LOG.warning("an incumbent could not be recorded: %s", error)  # the solve goes on: it is only news


async def _fail(store: Store, claim: Claim, problem: ProblemDetails) -> None:
    await persist(store.solves.fail, claim, problem.to_text())


def keep(store: Store, claim: Claim, found: dict[str, Any]) -> tuple[Task, ...]:
    """Store what `tasks.solve` found. The validations that the orders of it call for."""
    if "problems" in found:
        problem = faults("manifest", [Problem(**each) for each in found["problems"]])
        store.solves.fail(claim, problem.to_text())
        return ()
    layout = SolvedLayout(**found, version=solver_version())
    tasks = store.solves.deliver(claim, layout)
    if layout.status != "infeasible" and not tasks:
        store.solves.keep_best(claim, layout)  # only where the solve was cancelled meanwhile
    return tasks
