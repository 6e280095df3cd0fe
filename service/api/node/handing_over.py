"""Hands the work of a batch to the engine while its caller has the answer already."""

from __future__ import annotations

import asyncio
import logging
import threading

from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.records import Task

_LOG = logging.getLogger("warpack.api")

WITHIN_S = 60.0
"""What was not handed over in this time is handed over by whichever process finds it."""


class HandingOver:
    """For one event loop. `close` before the runner stops; what is left then waits in the store."""

    def __init__(self, runner: JobRunner) -> None:
        self._runner = runner
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = threading.Event()

    def begin(self, tasks: list[Task]) -> None:
        if not tasks:
            return
        working = asyncio.create_task(asyncio.to_thread(self._submit, tasks))
        self._under_way.add(working)
        working.add_done_callback(self._ended)

    async def close(self) -> None:
        self._closed.set()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _submit(self, tasks: list[Task]) -> None:
        for task in tasks:
            if self._closed.is_set():
                return
            self._runner.submit(task)

    def _ended(self, working: asyncio.Task[None]) -> None:
        self._under_way.discard(working)
        if not working.cancelled() and working.exception() is not None:
            _LOG.error("handing over a batch failed; it is done later", exc_info=working.exception())
