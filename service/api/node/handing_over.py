"""Hands the tasks of a batch to the engine after the batch's caller has been answered."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.records import Task

_LOG = logging.getLogger("warpack.api")

WITHIN_S = 10.0
"""After this time, any process that finds a task of the batch in the store hands it over. It is put off while this
process hands over the tasks before it."""
_PUT_OFF_EVERY_S = 3.0


class HandingOver:
    """For one event loop. Call `close` before the runner stops. Other processes then hand over the tasks that are
    left."""

    def __init__(self, runner: JobRunner) -> None:
        self._runner = runner
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = threading.Event()

    def begin(self, tasks: list[Task]) -> None:
        """Hands these tasks over in a thread, and returns at once."""
        if not tasks:
            return
        working = asyncio.create_task(asyncio.to_thread(self._submit, tasks))
        self._under_way.add(working)
        working.add_done_callback(self._ended)

    async def close(self) -> None:
        """Waits until the task that is being handed over is done."""
        self._closed.set()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _submit(self, tasks: list[Task]) -> None:
        put_off_at = time.monotonic() + _PUT_OFF_EVERY_S
        for number, task in enumerate(tasks):
            if self._closed.is_set():
                self._runner.store.tasks.put_off(tasks[number:], 0.0)
                return
            if time.monotonic() > put_off_at:
                put_off_at = time.monotonic() + _PUT_OFF_EVERY_S
                self._runner.store.tasks.put_off(tasks[number:], WITHIN_S)
            self._runner.submit(task)

    def _ended(self, working: asyncio.Task[None]) -> None:
        self._under_way.discard(working)
        if not working.cancelled() and working.exception() is not None:
            _LOG.error("handing over a batch failed; it will be done later", exc_info=working.exception())
