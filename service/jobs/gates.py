"""Gates: a process does no more tasks at a time than its settings say.

The engine has one limit for all processes, which is that of the largest. A smaller process gives back tasks that it has
no room for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from warpack.service.jobs.capabilities import GPU_EXTRA_QUEUE, SOLVE_QUEUE
from warpack.service.store.records import TaskKind


class Gate:
    """For one event loop."""

    def __init__(self, places: int) -> None:
        self._free = asyncio.Semaphore(places)

    @asynccontextmanager
    async def passed(self, limit_s: float) -> AsyncIterator[bool]:
        """Waits for a free place, for `limit_s` at most, and takes it until the block ends. Gives whether it got
        one."""
        try:
            async with asyncio.timeout(limit_s):
                await self._free.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._free.release()


def gates_of(room: Mapping[str, int]) -> dict[TaskKind, Gate]:
    """`room`: the number of tasks at a time, by queue. Validations come from two queues."""
    solves, levels = room.get(SOLVE_QUEUE, 0), room.get(GPU_EXTRA_QUEUE, 0)
    return {"solve": Gate(solves), "validate": Gate(solves + levels), "device": Gate(1)}
