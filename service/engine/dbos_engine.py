"""The job engine on DBOS Transact: durable queues in a SQLite file or in PostgreSQL, as the URL says.

DBOS hands tasks to workers in the order of their turns, and each task to one worker alone. A task of a dead worker
stays with it; the store hands over the next attempt (see `interface`). So nothing private of DBOS is needed.
"""

from __future__ import annotations

import contextvars
import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from dbos import DBOS, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID, WorkflowSerializationFormat, error
from dbos import DBOSConfig as Config
from dbos._serialization import DefaultSerializer  # private: see `_refuse_pickles`
from sqlalchemy import Engine, create_engine, event

from warpack.service.engine.at_work import AtWork
from warpack.service.engine.interface import Fate, Handler, TaskKey
from warpack.service.engine.pace import POLL_S, Ended, Pace, paced_pool

_APPLICATION_VERSION = "2"
"""Fixed, because DBOS's default is a hash of the source. With that, an upgrade would leave behind the tasks of the
version before."""

_FATES: dict[str, Fate] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "ended",
    "ERROR": "ended",
    "CANCELLED": "ended",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "ended",
}

_DROPPED_AT_ONCE = 200

_handlers: dict[str, Handler] = {}  # a process has one DBOS, and so one set of handlers
_at_work = AtWork()
_stopping = threading.Event()


@DBOS.step(name="warpack.handle")
async def _handle(kind: str, task_id: str) -> None:
    await _at_work.do(_handlers[kind](task_id))


@DBOS.workflow(name="warpack.task", serialization_type=WorkflowSerializationFormat.PORTABLE)
async def _task(kind: str, task_id: str) -> None:
    await _handle(kind, task_id)


class DbosEngine:
    """`worker_id` is unique to this run of the process. `queues` are those that this process takes tasks from; with
    none, it only submits. `places` is the number of tasks at a time, by queue."""

    def __init__(
        self,
        url: str,
        worker_id: str,
        *,
        all_queues: tuple[str, ...],
        queues: tuple[str, ...],
        places: Mapping[str, int],
    ) -> None:
        self._url, self._worker_id = url, worker_id
        self._all_queues, self._queues, self._places = all_queues, queues, places

    def start(self, handlers: Mapping[str, Handler]) -> None:
        _stopping.clear()
        _handlers.update({kind: self._paced(handler) for kind, handler in handlers.items()})
        _refuse_pickles()
        self._pace = Pace()
        self._database = _open(self._url, self._pace)
        _quieten()
        DBOS(
            config=Config(
                name="warpack",
                system_database_url=self._url,
                system_database_engine=self._database,
                application_version=_APPLICATION_VERSION,
                executor_id=self._worker_id,
                log_level="WARNING",
                serializer=DBOSPortableJSONSerializer(),
                sys_db_pool_size=4,
            )
        )
        DBOS.listen_queues(self._queues)
        DBOS.launch()
        for queue in self._all_queues:
            listening = queue in self._queues
            DBOS.register_queue(
                queue,
                worker_concurrency=self._places.get(queue, 1),
                polling_interval_sec=POLL_S,
                on_conflict="always_update" if listening else "never_update",
            )

    def submit(self, task: TaskKey) -> None:
        # A handler submits the tasks that follow from its own. It needs a context of its own for that: in a handler's
        # context, DBOS takes a submission for a part of the handler's task, and refuses it.
        contextvars.Context().run(self._hand_over, task)

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        fates: dict[TaskKey, Fate] = dict.fromkeys(tasks, "unknown")
        by_id = {str(task): task for task in tasks}
        found = DBOS.list_workflows(workflow_ids=list(by_id), load_input=False, load_output=False) if tasks else []
        for workflow in found:
            fates[by_id[workflow.workflow_id]] = _FATES[workflow.status]
        return fates

    def running(self) -> tuple[tuple[TaskKey, str], ...]:
        found = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        parted = ((*workflow.workflow_id.partition("-"), workflow.executor_id or "") for workflow in found)
        return tuple((TaskKey(kind, task_id), worker_id) for kind, _, task_id, worker_id in parted)

    def forget(self, tasks: tuple[TaskKey, ...]) -> None:
        if tasks:
            DBOS.cancel_workflows([str(task) for task in tasks])

    def drop_ended(self, age_s: float) -> int:
        found = DBOS.list_workflows(
            status=[status for status, fate in _FATES.items() if fate == "ended"],
            end_time=(datetime.now(UTC) - timedelta(seconds=age_s)).isoformat(),
            limit=_DROPPED_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if found:
            DBOS.delete_workflows([workflow.workflow_id for workflow in found])
        return len(found)

    def give(self, places: Mapping[str, int]) -> None:
        for queue, number in places.items():
            found = DBOS.retrieve_queue(queue)
            if found is not None and found.worker_concurrency != number:
                found.set_worker_concurrency(number)

    def stop(self, limit_s: float = 0.0) -> None:
        _stopping.set()
        self._pace.end()
        # DBOS waits in whole seconds. So it gets none if nothing is at work.
        DBOS.destroy(workflow_completion_timeout_sec=ceil(limit_s) if _at_work.busy else 0)
        self._database.dispose()

    def _hand_over(self, task: TaskKey) -> None:
        with SetWorkflowID(str(task)), SetEnqueueOptions(priority=max(task.turn, 1)):
            DBOS.enqueue_workflow(task.queue, _task, task.kind, task.id)
        self._pace.wake()

    def _paced(self, handler: Handler) -> Handler:
        """While tasks come, more are looked for: at a task's beginning for those of other processes, and at its end for
        one that waited for its place."""

        async def paced(task_id: str) -> None:
            self._pace.wake()
            try:
                await handler(task_id)
            finally:
                self._pace.wake()

        return paced


def _refuse_pickles() -> None:
    """Makes DBOS refuse pickles. In DBOS a row itself says how to read it, and one way is pickle. So anybody who can
    write the database could run code in every worker. This service writes no pickles, and so reads none."""

    def refuse(_serializer: DefaultSerializer, _data: str) -> Any:
        raise ValueError("a row of the job engine is a pickle, which this service neither writes nor reads")

    setattr(DefaultSerializer, "deserialize", refuse)  # noqa: B010  (there is no setting that turns it off)


def _open(url: str, pace: Pace) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, poolclass=paced_pool(pace))
    event.listen(engine, "checkin", lambda *_: pace.used())
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _prepare(connection: object, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # type: ignore[attr-defined]  # an attribute of the driver, untyped
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # the same
        if sqlite3.sqlite_version_info < (3, 42):  # DBOS on Python 3.12 writes unixepoch('subsec'), which is NULL there
            connection.create_function("unixepoch", 1, lambda _: time.time())  # type: ignore[attr-defined]  # the same

    return engine


def _quieten() -> None:
    """Drops four messages of DBOS that report no fault. At shutdown it warns once for each handler that it cancels, as
    it was asked to, and for each thread whose look was ended. It may also have taken a task from its queue for which
    its event loop is closed already; another process finds that one. A worker that was given up and goes on is told
    that another has its task now: see `forget`."""
    logging.getLogger("dbos").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    if record.exc_info is not None and isinstance(record.exc_info[1], error.DBOSAwaitedWorkflowCancelledError):
        return False
    message = record.getMessage()
    if _stopping.is_set() and ("Event loop is closed" in message or str(Ended()) in message):
        return False
    return "Asyncio task cancelled" not in message and "no longer owned by this execution" not in message
