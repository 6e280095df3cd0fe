"""Handles one solve: claims it, packs in a child, delivers the layout."""

from __future__ import annotations

import json

from warpack.service.jobs.child_tasks.solves import solve
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.orders import MEMORY_MIB
from warpack.service.jobs.children.supervision import run_child
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.endings import end_unanswered
from warpack.service.jobs.incumbents import Incumbents
from warpack.service.store.records import Task

_GRACE_S = 5.0
"""The solver is asked for its best at the manifest's time limit, and gets so much time to answer. It looks every 0.1 s,
and needs the rest to write a large layout. Reading and flattening count towards the limit."""

_MORE_TIME = "A manifest of this size needs a larger solver.time_limit_s."


async def handle_solve(desk: Desk, task: Task, *, memory_mib: int = MEMORY_MIB) -> None:
    """Claims a solve, packs in a child, and delivers the layout or the problem."""
    keeper = desk.keeper
    claim = await persist(keeper.claim, task)
    if claim is None:
        return
    request = json.dumps({"manifest": claim.manifest, "time_limit_s": claim.time_limit_s}).encode()
    slot_s = claim.time_limit_s + _GRACE_S
    async with desk.under_way(claim, lasts_s=slot_s) as wanted, Incumbents(keeper, claim) as news:
        outcome = await run_child(
            solve,
            request,
            limit_s=claim.time_limit_s,
            grace_s=_GRACE_S,
            wanted=wanted,
            memory_mib=memory_mib,
            server=SOLVING,
            news=news,
        )
        await end_unanswered(
            keeper, claim, outcome, who="solver", memory_mib=memory_mib, limit_s=slot_s, what_to_do=_MORE_TIME
        )
        if outcome.ended in ("unwanted", "answered") and outcome.answer is not None:
            await persist(keeper.solved, claim, json.loads(outcome.answer))
