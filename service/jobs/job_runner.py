"""Joins the store, the job engine and the handlers: all of the service except its calls."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from warpack.service.engine import Handler, JobEngine
from warpack.service.engine.dbos_engine import DbosEngine
from warpack.service.jobs.capabilities import (
    QUEUES,
    device_queue,
    fork_servers_of,
    queues_for,
    room_with_formats,
    with_formats,
)
from warpack.service.jobs.children import process as child_process
from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.gates import gates_of
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.handlers import handlers_of
from warpack.service.jobs.liveness import new_worker_id
from warpack.service.jobs.presence import Presence
from warpack.service.jobs.store_keeper import StoreKeeper
from warpack.service.jobs.task_keys import key_of, parted
from warpack.service.jobs.upkeep import Upkeep
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Task, TaskKind
from warpack.service.store.workers import Worker
from warpack.service.versions import versions

_LOG = logging.getLogger("warpack.jobs")
_WAIT_FOR_A_PLACE_S = 2.0


class JobRunner:
    """Between `start` and `stop` this process takes tasks, if its settings give it workers, and takes part in the
    upkeep of all tasks. `queues` limits which tasks it takes (see `queues_for`). Tasks for its `gpu` run one at a time,
    because two would share the GPU's memory and time. Once `hurry` is set, `stop` waits for no task."""

    def __init__(
        self,
        settings: Settings,
        engine: JobEngine | None = None,
        *,
        gpu: Gpu | None = None,
        queues: Collection[str] = (),
    ) -> None:
        self._settings, self._gpu = settings, gpu
        takes = queues_for(queues, gpu) if settings.workers else ()
        room = dict.fromkeys(takes, settings.workers)
        if gpu is not None:
            room[device_queue(gpu.compute_capability)] = 1
        devices = () if gpu is None else (gpu.public(),)
        self._worker = Worker(new_worker_id(), takes, devices, versions(), room)
        self._gates = gates_of(room)
        self.engine: JobEngine = engine or DbosEngine(
            settings.engine_url,
            self._worker.id,
            all_queues=with_formats(QUEUES),
            queues=with_formats(takes),
            places=room_with_formats(room),
        )
        self.hurry = threading.Event()
        self._closing = False

    def start(self) -> None:
        """Starts the presence, the engine and the upkeep; then this process takes tasks."""
        self.store = Store(self._settings)
        self.presence = Presence(self.store.workers, self._settings.data_dir / "live", self._worker)
        self.desk = Desk(StoreKeeper(self.store, self._worker.id, self.submit, self.has_device))
        self.presence.start()
        self.desk.start()
        do = handlers_of(self.desk, self._gpu, self._settings.child_memory_mib)
        handlers: dict[str, Handler] = {kind: partial(self._handle, kind, handle) for kind, handle in do.items()}
        self.engine.start(handlers)
        if self._settings.workers:
            os.environ.setdefault("WARPACK_CACHE_DIR", str(self._settings.data_dir / "cache"))  # for the children
            # Meanwhile the engine finds its queues, which takes a second.
            child_process.prepare(*fork_servers_of(self._worker.queues))
        self.upkeep = Upkeep(
            self.store,
            self.engine,
            self.presence,
            self.desk,
            submit=self.submit,
            has_device=self.has_device,
            keep_s=self._settings.retention_days * 24 * 3600,
        )
        self.upkeep.start()

    def stop(self) -> None:
        """Takes no more tasks, finishes short ones, and releases the others."""
        self._closing = True
        self.upkeep.stop()
        self.presence.retire()
        limit_s = self._settings.drain_s
        self.desk.release_longer_than(limit_s)
        draining = threading.Thread(target=self.desk.drain, args=(limit_s, self.hurry), name="warpack-drain")
        draining.start()
        self.engine.stop(limit_s)
        draining.join()
        self.desk.stop()
        self._release_the_rest()
        self.presence.stop()
        self.store.close()

    def _release_the_rest(self) -> None:
        """Releases claims that were made during the stop."""
        try:
            self.store.tasks.release_all(self._worker.id)
        except SQLAlchemyError as error:
            _LOG.warning("claims of this process could not be released; its lease will run out: %s", error)

    def submit(self, task: Task) -> None:
        """Hands a task to the workers that can do it. If none can now, the task waits for one. During a stop the task
        stays in the store, where other processes find it."""
        if not self._closing:
            self.engine.submit(key_of(task))
            self.store.tasks.submitted(task)

    def workers(self) -> tuple[Worker, ...]:
        """The live workers that take tasks."""
        return self.presence.alive()

    def has_device(self, compute_capability: str) -> bool:
        """Whether there is a live worker with a GPU of this architecture."""
        queue = device_queue(compute_capability)
        return any(queue in worker.queues for worker in self.presence.lately_alive())

    def best_level(self, compute_capability: str) -> str:
        """The level that `best` means now for a manifest of this architecture."""
        return "hardware" if self.has_device(compute_capability) else "simulated"

    async def _handle(self, kind: TaskKind, do: Callable[[Task], Awaitable[None]], key_id: str) -> None:
        found = parted(key_id)
        if found is None:
            raise ValueError(f"no task has the key {key_id!r}")
        async with self._gates[kind].passed(_WAIT_FOR_A_PLACE_S) as free:
            if free and not self._closing:
                await do(Task(kind, *found))
            else:  # another process may have room
                await persist(self.store.tasks.pass_over, kind, *found)
