"""The handlers at work, so that one that was called off ends its task, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable


class AtWork:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[None]] = set()

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    async def do(self, work: Awaitable[None]) -> None:
        """Returns also where the work itself was cancelled: its handler has seen to what follows. Where this coroutine
        is cancelled, so is the work."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        finally:
            self._tasks.discard(task)
        if not task.cancelled():
            task.result()
