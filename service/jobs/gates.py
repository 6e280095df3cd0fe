"""No process does more at a time than it was told, whatever it is handed.

The engine has one number for all processes: as many tasks as the largest of them has room for. What a smaller one has
no room for it gives back.
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
        """Whether a place came free within the limit, which is then taken until the block ends."""
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
    """`room`: how many tasks of each queue at a time. Validations come from two of them."""
    solves, levels = room.get(SOLVE_QUEUE, 0), room.get(GPU_EXTRA_QUEUE, 0)
    return {"solve": Gate(solves), "validate": Gate(solves + levels), "device": Gate(1)}
