"""Tells a solver's better packings on the way, a few per second.

async with Incumbents(keeper, claim) as news:
    outcome = await run_child(solve, …, news=news)
"""

from __future__ import annotations

import asyncio
import json
from typing import Self

from warpack.service.jobs.keeper import Keeper
from warpack.service.store.records import Claim

_BETWEEN_S = 0.25


class Incumbents:
    """Passes news of a child on to the keeper, in a thread. Of what comes between two times, it tells the latest: the
    earlier ones are no better. What is untold at the end of the block is dropped: the layout that follows is no
    worse."""

    def __init__(self, keeper: Keeper, claim: Claim) -> None:
        self._keeper, self._claim = keeper, claim
        self._loop = asyncio.get_running_loop()
        self._has_come = asyncio.Event()
        self._latest = b""

    def __call__(self, news: bytes) -> None:
        """Takes news, as JSON. Any thread may call it."""
        self._loop.call_soon_threadsafe(self._take, news)

    async def __aenter__(self) -> Self:
        self.telling = asyncio.create_task(self._tell_all())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.telling.cancel()
        await asyncio.wait({self.telling})
        if not self.telling.cancelled():
            self.telling.result()  # raises what a keeper raised, which it must not

    def _take(self, news: bytes) -> None:
        self._latest = news
        self._has_come.set()

    async def _tell_all(self) -> None:
        while True:
            await self._has_come.wait()
            self._has_come.clear()
            await asyncio.to_thread(self._keeper.tell, self._claim, json.loads(self._latest))
            await asyncio.sleep(_BETWEEN_S)
