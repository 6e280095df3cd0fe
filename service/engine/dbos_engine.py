"""The job engine on DBOS Transact, with its queue in a SQLite file.

DBOS gives durable queues, exactly one holder of a task, and a limit on how many workers one task may take down. It does
not take over the tasks of a dead process by itself; the reaper here does.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbos import DBOS, SetWorkflowID, WorkflowSerializationFormat
from dbos import DBOSConfig as Config
from sqlalchemy import Engine, create_engine, event

from warpack.service.engine.interface import Fate, Handler, TaskKey, Worker
from warpack.service.engine.liveness import LivenessLocks

_LOG = logging.getLogger("warpack.engine")

_APPLICATION_VERSION = "1"
"""Pinned: DBOS's default is a hash of the source, with which an upgrade would strand the tasks of the version
before."""

_POLL_S = 0.05
_REAP_S = 0.5
_RERUNS_OF_A_CRASHED_TASK = 3

_FATES: dict[str, Fate] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "broke",
    "CANCELLED": "broke",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "crashed",
}

_handlers: dict[str, Handler] = {}  # DBOS is one a process, and so is this


@DBOS.step(name="warpack.handle")
async def _handle(kind: str, task_id: str) -> None:
    await _handlers[kind](task_id)


@DBOS.workflow(
    name="warpack.task",
    max_recovery_attempts=_RERUNS_OF_A_CRASHED_TASK,
    # JSON. The default is pickle, with which whoever can write the database could run code in every worker.
    serialization_type=WorkflowSerializationFormat.PORTABLE,
)
async def _task(kind: str, task_id: str) -> None:
    await _handle(kind, task_id)


class DbosEngine:
    """`queues`: what this process takes tasks from (none: it only submits). `concurrency`: how many of each at a time.
    `devices`: see `LivenessLocks`."""

    def __init__(
        self,
        url: str,
        locks: Path,
        *,
        all_queues: tuple[str, ...],
        queues: tuple[str, ...],
        concurrency: int,
        devices: tuple[Mapping[str, Any], ...] = (),
    ):
        self._devices = devices
        self._url, self._lock_folder = url, locks
        self._all_queues, self._queues, self._concurrency = all_queues, queues, concurrency
        self._stopping = threading.Event()

    def start(self, handlers: Mapping[str, Handler]) -> None:
        _handlers.update(handlers)
        self._database = _open_sqlite(self._url)
        self._locks = LivenessLocks(self._lock_folder, self._queues, self._devices)
        _quieten()
        DBOS(
            config=Config(
                name="warpack",
                system_database_url=self._url,
                system_database_engine=self._database,
                application_version=_APPLICATION_VERSION,
                executor_id=self._locks.own_id,
                log_level="WARNING",
                sys_db_pool_size=4,
            )
        )
        DBOS.listen_queues(self._queues)
        DBOS.launch()
        for queue in self._all_queues:
            listening = queue in self._queues
            DBOS.register_queue(
                queue,
                worker_concurrency=max(self._concurrency, 1),
                polling_interval_sec=_POLL_S,
                on_conflict="always_update" if listening else "never_update",
            )
        self._reaper = threading.Thread(target=self._reap_until_stopped, name="warpack-reaper", daemon=True)
        self._reaper.start()

    def submit(self, task: TaskKey) -> None:
        # A handler submits what follows from its task. In a context of its own, because DBOS takes what is submitted in
        # a handler's context for a part of that handler's task, and refuses it.
        contextvars.Context().run(_enqueue, task)

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        fates: dict[TaskKey, Fate] = dict.fromkeys(tasks, "unknown")
        by_id = {str(task): task for task in tasks}
        found = DBOS.list_workflows(workflow_ids=list(by_id), load_input=False, load_output=False) if tasks else []
        for workflow in found:
            fates[by_id[workflow.workflow_id]] = _FATES[workflow.status]
        return fates

    def workers(self) -> tuple[Worker, ...]:
        return self._locks.alive()

    def stop(self) -> None:
        self._stopping.set()
        self._reaper.join()
        DBOS.destroy()
        self._database.dispose()
        self._locks.release()

    def _reap_until_stopped(self) -> None:
        while not self._stopping.wait(_REAP_S):
            try:
                self._reap()
            except Exception:
                _LOG.exception("taking over the tasks of dead workers failed; it is tried again")

    def _reap(self) -> None:
        """Give the tasks of dead workers back to their queues."""
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        holders = {workflow.executor_id for workflow in running if workflow.executor_id is not None}
        for holder in sorted(holders):
            if self._locks.is_dead(holder):
                _LOG.warning("worker %s is dead: its tasks are taken over", holder)
                _requeue_tasks_of(holder)
        self._locks.bury()


def _enqueue(task: TaskKey) -> None:
    with SetWorkflowID(str(task)):
        DBOS.enqueue_workflow(task.queue, _task, task.kind, task.id)


def _requeue_tasks_of(executor_id: str) -> None:
    # The public resume_workflow resets the count of attempts, so that a task that kills its workers would run for ever.
    DBOS._recover_pending_workflows([executor_id])


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _prepare(connection: object, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # type: ignore[attr-defined]  # a driver's own, untyped
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # the same

    return engine


def _quieten() -> None:
    """At shutdown DBOS warns once for each handler that it cancels; that is what was asked of it."""
    logging.getLogger("dbos").addFilter(_not_about_shutdown)


def _not_about_shutdown(record: logging.LogRecord) -> bool:
    return "Asyncio task cancelled" not in record.getMessage()
