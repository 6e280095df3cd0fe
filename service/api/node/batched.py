"""Look-ups of the store, many in one: whoever asks before a look-up begins is answered by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection


class Batched:
    """`look_up` tells which of some keys are there, in a thread. One runs at a time. What is asked for meanwhile is in
    the next one, so that no answer is older than its question. For one event loop."""

    def __init__(self, look_up: Callable[[Collection[str]], Collection[str]]) -> None:
        self._look_up = look_up
        self._asked: dict[str, None] = {}
        self._next: asyncio.Task[Collection[str]] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def has(self, key: str) -> bool:
        """Raises what the look-up raises."""
        self._asked[key] = None
        if self._next is None:
            self._next = asyncio.create_task(self._run())
        return key in await asyncio.shield(self._next)  # one caller may leave, and the others wait on

    async def _run(self) -> Collection[str]:
        async with self._one_at_a_time:
            keys, self._asked, self._next = tuple(self._asked), {}, None
            return await asyncio.to_thread(self._look_up, keys)
