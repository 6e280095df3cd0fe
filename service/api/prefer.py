"""`Prefer: wait=N` (RFC 7240): how long a caller would like a call to wait for the end of a job."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

MAX_WAIT_S = 60
"""Longer wishes are cut to this, which proxies bear; the answer's Preference-Applied says what was granted."""

_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?', re.IGNORECASE)
_FIRST_LOOK_S = 0.02
_SLOWEST_LOOK_S = 0.1


def wait_s(header: str | None) -> int | None:
    """The seconds granted; None where none are asked for. Preferences that are not understood are passed over."""
    found = _WAIT.search(header or "")
    return min(int(found.group(1)), MAX_WAIT_S) if found else None


async def until(finished: Callable[[], Awaitable[bool]], limit_s: float, stopping: asyncio.Event | None = None) -> None:
    """Return when `finished`, after `limit_s`, or when `stopping` is set; looks often at first, because most jobs take
    tens of milliseconds."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + limit_s
    pause = _FIRST_LOOK_S
    while not await finished():
        left = deadline - clock.time()
        if left <= 0:
            return
        if stopping is None:
            await asyncio.sleep(min(pause, left))
        elif await _set_within(stopping, min(pause, left)):
            return
        pause = min(pause * 1.2, _SLOWEST_LOOK_S)


async def _set_within(event: asyncio.Event, limit_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()
    return event.is_set()
