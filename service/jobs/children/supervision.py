"""Watches one child process until it answers, its answer is not wanted any longer, it is overdue, or the worker shuts
down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from warpack.service.jobs.children.fork_server import ForkServer
from warpack.service.jobs.children.orders import MEMORY_MIB, Limits, Task
from warpack.service.jobs.children.outcome import Ended, Outcome
from warpack.service.jobs.children.process import Child, News, PendingRequest

_LOOK_EVERY_S = 0.1
_ANSWERING = ThreadPoolExecutor(1024, thread_name_prefix="warpack-answer")
"""The threads that wait for children, made when needed. The threads of the event loop are few, and serve short work."""
TIME_TO_STOP_S = 1.0
"""How long a cancelled task may take to hand over its best, before it is killed. Also how long a child that has ended
may take to say how."""


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
    """Does one task in a child of its own. `news` gets what the task tells on the way. `wanted` is asked ten times a
    second whether the answer is still wanted. Both are called in threads.

    After `limit_s` the child is asked to stop, and `grace_s` later it is killed, so its slot is taken no longer than
    that. If this coroutine is cancelled, the child is killed first.
    """
    limits = Limits(memory_mib, limit_s + grace_s + TIME_TO_STOP_S)
    child = await asyncio.to_thread(Child, server)
    pending = child.pending(do, request, limits, news)
    answering = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(_ANSWERING, pending.answer))
    unwanted = asyncio.ensure_future(_until_not(wanted))
    try:
        ended = await supervise(pending, answering, unwanted, limit_s, grace_s)
    finally:
        unwanted.cancel()
        by_itself, last_lines = await kill_and_close(child, answering)
        await asyncio.gather(unwanted, return_exceptions=True)
    answer = answering.result()
    return Outcome(by_itself if ended == "answered" and answer is None else ended, answer, last_lines)


async def supervise(
    pending: PendingRequest,
    answering: asyncio.Future[bytes | None],
    unwanted: asyncio.Future[Any],
    limit_s: float,
    grace_s: float,
) -> Literal["answered", "overdue", "unwanted"]:
    """Waits until `answering` is done, which is `pending.answer` in a thread. That is `answered` also if the child
    ended without an answer, because it can then say how. Else it returns why the child must be killed: `unwanted` was
    done, or limit and grace were over."""
    await asyncio.wait({answering, unwanted}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    ended: Literal["answered", "overdue", "unwanted"] = "answered"
    if not answering.done() and not unwanted.done():
        ended = "overdue"
        await asyncio.to_thread(pending.stop)
        await asyncio.wait({answering, unwanted}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            ended = "answered"
    if unwanted.done() and not answering.done():
        unwanted.result()  # raises what `wanted` raised
        ended = "unwanted"
        await asyncio.to_thread(pending.stop)
        await asyncio.wait({answering}, timeout=TIME_TO_STOP_S)
    if ended == "answered" and answering.result() is None:
        await asyncio.to_thread(pending.child.wait, TIME_TO_STOP_S)
    return ended


async def kill_and_close(child: Child, answering: asyncio.Future[bytes | None]) -> tuple[Ended, str]:
    """Kills the child and frees it. Goes on if the caller is cancelled meanwhile."""
    child.kill()

    async def once_answered() -> tuple[Ended, str]:
        await asyncio.wait({answering})
        return child.close()

    return await asyncio.shield(asyncio.ensure_future(once_answered()))


async def _until_not(wanted: Callable[[], bool]) -> None:
    while await asyncio.to_thread(wanted):
        await asyncio.sleep(_LOOK_EVERY_S)
