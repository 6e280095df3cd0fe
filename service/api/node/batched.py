"""Answers many questions to the store by one look-up: all those that were asked before it began."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection


class Batched:
    """`look_up` runs in a thread, and returns those of the given keys that exist. One look-up runs at a time. A key
    that is asked for meanwhile goes into the next one, so no answer is older than its question. For one event loop."""

    def __init__(self, look_up: Callable[[Collection[str]], Collection[str]]) -> None:
        self._look_up = look_up
        self._asked: dict[str, None] = {}
        self._next: asyncio.Task[Collection[str]] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def has(self, key: str) -> bool:
        """Whether the key exists. Raises what the look-up raises."""
        self._asked[key] = None
        if self._next is None:
            self._next = asyncio.create_task(self._run())
        return key in await asyncio.shield(self._next)  # if one caller leaves, the others still wait

    async def _run(self) -> Collection[str]:
        async with self._one_at_a_time:
            keys, self._asked, self._next = tuple(self._asked), {}, None
            return await asyncio.to_thread(self._look_up, keys)
