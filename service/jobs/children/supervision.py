"""Watches over one child process: until it answers, or is no longer wanted, or is overdue, or the worker shuts down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from warpack.service.jobs.children.fork_server import ForkServer
from warpack.service.jobs.children.orders import MEMORY_MIB, Limits, Task
from warpack.service.jobs.children.outcome import Ended, Outcome
from warpack.service.jobs.children.process import Asking, Child, News

_LOOK_EVERY_S = 0.1
_ANSWERING = ThreadPoolExecutor(1024, thread_name_prefix="warpack-answer")
"""Threads that wait for children, made as they are wanted: those of the event loop are few, and are for what ends soon.
"""
TIME_TO_STOP_S = 1.0
"""How long a task that is cancelled may take to hand over the best that it has, before it is killed; and a child that
is done for, to say how it ended."""


async def run_child(
    do: Task,
    request: bytes,
    *,
    limit_s: float,
    wanted: Callable[[], bool],
    server: ForkServer,
    grace_s: float = 0.0,
    memory_mib: int = MEMORY_MIB,
    news: News | None = None,
) -> Outcome:
    """Do one task in a child of its own. In threads, `news` is given what it tells on the way, and `wanted` is asked
    ten times a second.

    At `limit_s` the child is asked to stop, and `grace_s` later it is killed: no longer is its slot taken. When this
    coroutine is cancelled the child is killed first.
    """
    limits = Limits(memory_mib, limit_s + grace_s + TIME_TO_STOP_S)
    child = await asyncio.to_thread(Child, server)
    asking = child.asking(do, request, limits, news)
    answering = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(_ANSWERING, asking.answer))
    unwanted = asyncio.ensure_future(_until_not(wanted))
    try:
        ended = await supervise(asking, answering, unwanted, limit_s, grace_s)
    finally:
        unwanted.cancel()
        by_itself, last_lines = await put_away(child, answering)
        await asyncio.gather(unwanted, return_exceptions=True)
    answer = answering.result()
    return Outcome(by_itself if ended == "answered" and answer is None else ended, answer, last_lines)


async def supervise(
    asking: Asking,
    answering: asyncio.Future[bytes | None],
    unwanted: asyncio.Future[Any],
    limit_s: float,
    grace_s: float,
) -> Literal["answered", "overdue", "unwanted"]:
    """Until `answering` is done, which is `asking.answer` in a thread: also without one where the child is done
    for, which then can say how. Else why it is to be killed: `unwanted` was done, or the limit and the grace were over.
    """
    await asyncio.wait({answering, unwanted}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    ended: Literal["answered", "overdue", "unwanted"] = "answered"
    if not answering.done() and not unwanted.done():
        ended = "overdue"
        await asyncio.to_thread(asking.stop)
        await asyncio.wait({answering, unwanted}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            ended = "answered"
    if unwanted.done() and not answering.done():
        unwanted.result()  # raises what asking whether it is wanted raised
        ended = "unwanted"
        await asyncio.to_thread(asking.stop)
        await asyncio.wait({answering}, timeout=TIME_TO_STOP_S)
    if ended == "answered" and answering.result() is None:
        await asyncio.to_thread(asking.child.wait, TIME_TO_STOP_S)
    return ended


async def put_away(child: Child, answering: asyncio.Future[bytes | None]) -> tuple[Ended, str]:
    """Kill the child and free it. Goes on where the caller is cancelled meanwhile."""
    child.kill()

    async def once_answered() -> tuple[Ended, str]:
        await asyncio.wait({answering})
        return child.close()

    return await asyncio.shield(asyncio.ensure_future(once_answered()))


async def _until_not(wanted: Callable[[], bool]) -> None:
    while await asyncio.to_thread(wanted):
        await asyncio.sleep(_LOOK_EVERY_S)
