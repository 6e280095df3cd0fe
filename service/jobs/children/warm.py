"""A few children that stay, and answer one request after another. A small request takes hardly more than its computing.

    children = WarmChildren(SOLVING, size=2)
    await children.prepare()                                  # else the first requests wait for it
    outcome = await children.ask(solve_and_verify, request, limit_s=30)
    await children.close()

Each child does one request at a time, within the limits that every child has. Requests that find no child free wait in
turn. A child that crashed, was overdue, or is worn out (see `Limits`) is replaced. Nothing is polled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from warpack.service.jobs.children.fork_server import ForkServer
from warpack.service.jobs.children.orders import Limits, Order, Task
from warpack.service.jobs.children.outcome import Outcome
from warpack.service.jobs.children.process import Child
from warpack.service.jobs.children.rehearsal import again
from warpack.service.jobs.children.supervision import TIME_TO_STOP_S, kill_and_close, supervise

Value = TypeVar("Value")

_SPARE_THREADS = 2
"""Threads beside the one that waits for each child. They ask children to stop, start them and free them."""


class TooManyWaiting(Exception):
    """The queue of requests is full. Ask again later."""


class WarmChildren:
    """`size` is the number of children, and so of requests at a time. `waiting` is how many requests may wait; more are
    refused. For one event loop."""

    def __init__(self, server: ForkServer, *, size: int = 2, waiting: int = 64, limits: Limits | None = None) -> None:
        if size < 1 or waiting < 0:
            raise ValueError(f"size must be 1 or more and waiting 0 or more; they are {size} and {waiting}")
        self._server = server
        self._size = size
        self._most_waiting = waiting
        self._limits = limits or Limits()
        self._free = asyncio.Semaphore(size)
        self._waiting = 0
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._replacing: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(size + _SPARE_THREADS, thread_name_prefix="warpack-child")
        self._closed = False

    @property
    def free(self) -> bool:
        """Whether a request would start at once."""
        return not self._free.locked()

    async def prepare(self) -> None:
        """Starts missing children, and lets each do a first request. Raises OSError if no child can be started."""
        while len(self._idle) < self._size and not self._closed:
            self._idle.append(await self._in_thread(self._started))

    async def ask(
        self,
        do: Task,
        request: bytes,
        limit_s: float,
        cancelled: asyncio.Event | None = None,
        *,
        grace_s: float = 0.0,
    ) -> Outcome:
        """Does one request, and returns how it ended. `limit_s` after its start the task is asked to stop, and
        `grace_s` later its child is killed. Once `cancelled` is set, the task is asked to stop too, and has a second to
        do so. If this coroutine is cancelled, its child is killed. Raises TooManyWaiting; OSError if no child can be
        started; ValueError if `do` is not a function of a module."""
        Order.of(do, self._limits)  # raises before a place is taken
        if not await self._turn(cancelled):
            return Outcome("unwanted", None, "")
        if self._closed:
            self._free.release()
            return Outcome("killed", None, "")
        try:
            child = self._waiting_child()
            if child is None:
                child = await self._in_thread(partial(Child, self._server))
        except BaseException:
            self._free.release()
            raise
        return await self._ask(child, do, request, limit_s, cancelled, grace_s)

    async def close(self) -> None:
        """Kills all children. Requests in progress, and those that wait or come later, end as `killed`."""
        self._closed = True
        for task in tuple(self._replacing):
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        for child in self._busy:
            child.kill()
        while self._idle:
            self._idle.pop().close()
        self._threads.shutdown(wait=False)

    async def _turn(self, cancelled: asyncio.Event | None) -> bool:
        """Waits in turn for a place, and takes it. False if the request was cancelled meanwhile; then no place is
        taken."""
        if cancelled is not None and cancelled.is_set():
            return False
        if not self._free.locked():
            return await self._free.acquire()
        if self._waiting >= self._most_waiting:
            raise TooManyWaiting(f"{self._waiting} requests wait for a child already")
        turn = asyncio.ensure_future(self._free.acquire())
        gone = turn if cancelled is None else asyncio.ensure_future(cancelled.wait())
        taken = False
        self._waiting += 1
        try:
            await asyncio.wait({turn, gone}, return_when=asyncio.FIRST_COMPLETED)
            taken = turn.done() and (gone is turn or not gone.done())
        finally:
            self._waiting -= 1
            if gone is not turn:
                gone.cancel()
            if not taken and not turn.cancel():
                self._free.release()  # the place came at the same time
        return taken

    def _waiting_child(self) -> Child | None:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            child.close()  # it was killed from outside while it waited
        return None

    async def _ask(
        self, child: Child, do: Task, request: bytes, limit_s: float, cancelled: asyncio.Event | None, grace_s: float
    ) -> Outcome:
        limits = replace(self._limits, seconds=limit_s + grace_s + TIME_TO_STOP_S)
        self._busy.add(child)
        pending = child.pending(do, request, limits)
        answering = asyncio.ensure_future(self._in_thread(pending.answer))
        unwanted: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if cancelled is not None:
            unwanted = asyncio.ensure_future(cancelled.wait())
        ended = None
        try:
            ended = await supervise(pending, answering, unwanted, limit_s, grace_s)
        finally:
            unwanted.cancel()
            self._busy.discard(child)
            if ended is None or not answering.done() or child.worn:
                try:
                    by_itself, last_lines = await kill_and_close(child, answering)
                finally:
                    self._replace()
            else:
                by_itself, last_lines = "answered", child.last_lines()
                self._idle.append(child)
                self._free.release()
        answer = answering.result()
        return Outcome(by_itself if ended == "answered" and answer is None else ended, answer, last_lines)

    def _replace(self) -> None:
        """Starts another child for a place. The place is free again once the child is ready, or could not be
        started."""
        task = asyncio.ensure_future(self._fill_place())
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _fill_place(self) -> None:
        try:
            if not self._closed:
                self._idle.append(await self._in_thread(self._started))
        except OSError:
            return  # the next request tries again, and tells the caller
        finally:
            self._free.release()

    def _started(self) -> Child:
        child = Child(self._server)
        if child.answer(again, b"", self._limits) is None:
            child.wait(TIME_TO_STOP_S)
            ended, last_lines = child.close()
            raise OSError(f"a child {ended} at its first request: {last_lines}")
        return child

    async def _in_thread(self, call: Callable[[], Value]) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
