"""Wakes callers who wait for an event of a solve. One query of the events serves all of them. While nobody waits,
nothing is queried."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from warpack.service.jobs.retried import Retried
from warpack.service.store.events import Events

_LOG = logging.getLogger("warpack.api")
_LOOK_EVERY_S = 0.025
LOOK_AGAIN_S = 5.0
"""The longest wait for `Watch.next`, in case a wake-up is missed."""


class Watch:
    """What one caller waits on. It misses no event that happens after it was made."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def wake(self) -> None:
        """Wakes the caller."""
        self._happened.set()

    async def next(self, limit_s: float) -> bool:
        """Waits for an event since the last call, for `limit_s` at most. Returns whether there was one."""
        try:
            async with asyncio.timeout(limit_s):
                await self._happened.wait()
        except TimeoutError:
            return False
        self._happened.clear()
        return True


class Hub:
    """For one event loop. After `close` nobody waits any longer."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._watches: dict[str, set[Watch]] = {}
        self._looking: asyncio.Task[None] | None = None
        self.closed = False

    @asynccontextmanager
    async def watching(self, solve_id: str) -> AsyncIterator[Watch]:
        """A watch on a solve, until the block ends."""
        watch = Watch()
        self._watches.setdefault(solve_id, set()).add(watch)
        try:  # also for a caller that leaves before the first look
            if self._looking is None and not self.closed:
                last = await asyncio.to_thread(self._events.newest)
                if self._looking is None and not self.closed:
                    self._looking = asyncio.create_task(self._look(last))
            yield watch
        finally:
            self._watches[solve_id].discard(watch)
            if not self._watches[solve_id]:
                del self._watches[solve_id]

    def close(self) -> None:
        """Wakes everybody, for the last time."""
        self.closed = True
        for watches in self._watches.values():
            for watch in watches:
                watch.wake()

    async def _look(self, last: int) -> None:
        tried = Retried(_LOG, "looking for events")
        try:
            while self._watches and not self.closed:
                await asyncio.sleep(_LOOK_EVERY_S)
                try:
                    last, solves = await asyncio.to_thread(self._events.solves_since, last)
                except Exception as error:
                    tried.failed(error)
                    continue
                tried.worked()
                for solve_id in solves & self._watches.keys():
                    for watch in self._watches[solve_id]:
                        watch.wake()
        finally:
            self._looking = None
