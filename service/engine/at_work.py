"""The handlers at work. If a handler's work is cancelled, that ends its own task alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable


class AtWork:
    """The handlers that this process runs now."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[None]] = set()

    @property
    def busy(self) -> bool:
        """Whether any handler is at work."""
        return bool(self._tasks)

    async def do(self, work: Awaitable[None]) -> None:
        """Does the work. Returns also if the work itself was cancelled, because its handler has done what follows. If
        this coroutine is cancelled, so is the work."""
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
