"""Watches over one child process: until it answers, or is no longer wanted, or is overdue, or the worker shuts down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from warpack.service.jobs.child_main import Task
from warpack.service.jobs.child_process import Child

_LOOK_EVERY_S = 0.1
_TIME_TO_STOP_S = 1.0
"""How long a task that is cancelled may take to hand over the best that it has, before it is killed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended. An `unwanted` one may have an answer too: the best it had. `last_lines` of standard error."""

    ended: Literal["answered", "crashed", "overdue", "unwanted"]
    answer: bytes | None
    last_lines: str


async def run_child(do: Task, request: bytes, *, limit_s: float, wanted: Callable[[], bool]) -> Outcome:
    """Do one task in a child of its own. `wanted` is asked ten times a second, in a thread.

    When this coroutine is cancelled the child is killed first.
    """
    child = await asyncio.to_thread(Child, do)
    answering = asyncio.ensure_future(asyncio.to_thread(child.answer, request))
    try:
        ended = await _watch(child, answering, limit_s, wanted)
        if ended == "answered" and answering.result() is None:
            await asyncio.to_thread(child.wait, _TIME_TO_STOP_S)
    finally:
        child.kill()
        await asyncio.wait({answering})
        last_lines = child.close()
    answer = answering.result()
    return Outcome("crashed" if ended == "answered" and answer is None else ended, answer, last_lines)


async def _watch(
    child: Child, answering: asyncio.Future[bytes | None], limit_s: float, wanted: Callable[[], bool]
) -> Literal["answered", "overdue", "unwanted"]:
    clock = asyncio.get_running_loop()
    deadline = clock.time() + limit_s
    while True:
        done, _ = await asyncio.wait({answering}, timeout=_LOOK_EVERY_S)
        if done:
            return "answered"
        if clock.time() > deadline:
            return "overdue"
        if not await asyncio.to_thread(wanted):
            await asyncio.to_thread(child.ask_to_stop)
            await asyncio.wait({answering}, timeout=_TIME_TO_STOP_S)
            return "unwanted"
