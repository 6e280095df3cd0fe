"""Offers waiting tasks to gateway workers that ask for one. One look-up serves all of them; while none asks, nothing is
looked up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass

from warpack.service.jobs.capabilities import GPU_EXTRA_QUEUE, SOLVE_QUEUE, device_queue, plain_queue_for
from warpack.service.jobs.retried import Retried
from warpack.service.store.claims import Claims, Wish
from warpack.service.store.records import Task
from warpack.service.versions import FORMAT
from warpack.solver.devices import DEVICES

_LOG = logging.getLogger("warpack.api")
_LOOK_EVERY_S = 0.25


@dataclass(slots=True, eq=False)
class _Asking:
    queues: frozenset[str]
    most_format: int
    answer: asyncio.Future[Task | None]

    def takes(self, task: Task) -> bool:
        return plain_queue_for(task) in self.queues and task.format <= self.most_format


class Offers:
    """For one event loop. After `close` nobody waits any longer."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._asking: list[_Asking] = []
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def next(self, queues: Collection[str], limit_s: float, most_format: int = FORMAT) -> Task | None:
        """A waiting task of these queues, whose format is at most `most_format`. One look-up offers each task to one
        worker alone. None if there is no task within `limit_s`."""
        if self._closed or limit_s <= 0:
            return None
        asking = _Asking(frozenset(queues), most_format, asyncio.get_running_loop().create_future())
        self._asking.append(asking)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.wait({asking.answer}, timeout=limit_s)
            return asking.answer.result() if asking.answer.done() else None
        finally:
            self._asking.remove(asking)

    def close(self) -> None:
        self._closed = True
        for asking in self._asking:
            if not asking.answer.done():
                asking.answer.set_result(None)

    async def _look(self) -> None:
        tried = Retried(_LOG, "looking for waiting tasks")
        try:
            while self._asking and not self._closed:
                newest = max(asking.most_format for asking in self._asking)
                wish = _wish({queue for asking in self._asking for queue in asking.queues}, newest)
                try:
                    found = list(await asyncio.to_thread(self._claims.waiting, wish))
                    tried.worked()
                except Exception as error:
                    tried.failed(error)
                    found = []
                for asking in self._asking:
                    task = next(filter(asking.takes, found), None)
                    if task is not None and not asking.answer.done():
                        found.remove(task)
                        asking.answer.set_result(task)
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            self._looking = None


def _wish(queues: set[str], most_format: int) -> Wish:
    return Wish(
        solves=SOLVE_QUEUE in queues,
        static=SOLVE_QUEUE in queues,
        levels=GPU_EXTRA_QUEUE in queues,
        devices=frozenset(each for each in DEVICES if device_queue(each) in queues),
        most_format=most_format,
    )
