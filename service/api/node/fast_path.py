"""The fast path. If the caller of a static manifest waits, this node solves and verifies it in a warm child. Nothing is
queued, and nothing is polled.

The node holds the solve as a worker would: with a claim, a token and a lease. A solve that is not proven in two seconds
goes to the workers. While the child is busy, every solve goes to the workers.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from warpack.service.api.node.children import ApiChildren
from warpack.service.jobs.child_tasks.solves import solve_and_verify
from warpack.service.jobs.children.outcome import Outcome
from warpack.service.jobs.children.warm import TooManyWaiting
from warpack.service.jobs.desk import persist
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.jobs.store_keeper import keep
from warpack.service.store.records import Claim, Task

_LOG = logging.getLogger("warpack.api")
_TIME_LIMIT_S = 2.0
_GRACE_S = 1.0


class FastPath:
    """Call `close` before the runner stops: it releases the solve in progress for others."""

    def __init__(self, runner: JobRunner, children: ApiChildren) -> None:
        self._runner, self._children = runner, children
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, task: Task) -> asyncio.Task[None]:
        """Starts work on a solve that no worker has been given. The work goes on if its caller stops waiting."""
        working = asyncio.create_task(self._work(task))
        self._under_way.add(working)
        working.add_done_callback(self._ended)
        return working

    async def close(self) -> None:
        """Cancels the solves in progress, and waits until they are released."""
        for working in self._under_way:
            working.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _ended(self, working: asyncio.Task[None]) -> None:
        self._under_way.discard(working)
        if not working.cancelled() and working.exception() is not None:
            _LOG.error("a solve on the fast path failed; a worker does it", exc_info=working.exception())

    async def _work(self, task: Task) -> None:
        if not self._children.solving.free:
            await asyncio.to_thread(self._runner.submit, task)
            return
        desk = self._runner.desk
        claim = await persist(desk.keeper.claim, task)
        if claim is None:
            return
        async with desk.under_way(claim):
            request = json.dumps({"manifest": claim.manifest, "time_limit_s": min(claim.time_limit_s, _TIME_LIMIT_S)})
            try:
                outcome = await self._children.solving.ask(
                    solve_and_verify, request.encode(), _TIME_LIMIT_S, grace_s=_GRACE_S
                )
            except (TooManyWaiting, OSError):
                outcome = Outcome("unwanted", None, "")
            found = _proven(outcome, claim)
            if found is None:
                await persist(self._hand_on, claim)
                return
            follows = await persist(
                keep,
                self._runner.store,
                claim,
                found["solved"],
                verified=found["validated"],
                holder=self._runner.presence.id,
            )
        for validation in follows or ():  # of higher levels, which other callers of the same manifest require
            await asyncio.to_thread(self._runner.submit, validation)

    def _hand_on(self, claim: Claim) -> None:
        """Hands the solve to the workers. It counts as no failed attempt: the search was only cut short."""
        if self._runner.store.tasks.release(claim):
            self._runner.submit(Task("solve", claim.id, claim.task.attempt + 1, turn=claim.task.turn))


def _proven(outcome: Outcome, claim: Claim) -> dict[str, Any] | None:
    """What the child found. None if it found nothing, or if more time may find something better."""
    if outcome.ended != "answered" or outcome.answer is None:
        return None
    found: dict[str, Any] = json.loads(outcome.answer)
    solved = found["solved"]
    if "problems" in solved or solved["status"] in ("optimal", "infeasible") or claim.time_limit_s <= _TIME_LIMIT_S:
        return found
    return None
