"""The store, the job engine and the handlers, joined: all of the service but its calls."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial

from warpack.service.engine import Handler, JobEngine
from warpack.service.engine.dbos_engine import DbosEngine
from warpack.service.jobs import child_process
from warpack.service.jobs.capabilities import (
    QUEUES,
    device_queue,
    has_gpu_extra,
    queues_of_this_installation,
)
from warpack.service.jobs.desk import Desk
from warpack.service.jobs.fork_server import COMPILING, SOLVING, ForkServer
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.liveness import new_worker_id
from warpack.service.jobs.presence import Presence
from warpack.service.jobs.solving import handle_solve
from warpack.service.jobs.task_keys import key_of, parted
from warpack.service.jobs.upkeep import Upkeep
from warpack.service.jobs.validating import handle_device, handle_validation
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Task, TaskKind
from warpack.service.store.workers import Worker
from warpack.service.versions import solver_version, validator_version


class JobRunner:
    """Between `start` and `stop` this process takes tasks, if its settings give it workers, and looks after those of
    all. With a `gpu` it takes what that can do and nothing else, one task at a time: a second one would share its
    memory and its time."""

    def __init__(self, settings: Settings, engine: JobEngine | None = None, *, gpu: Gpu | None = None) -> None:
        self._settings, self._gpu = settings, gpu
        queues = queues_of_this_installation() if gpu is None else (device_queue(gpu.compute_capability),)
        self._worker = Worker(
            new_worker_id(),
            queues if settings.workers else (),
            () if gpu is None else (gpu.public(),),
            {"solver": solver_version(), "validator": validator_version()},
        )
        self.engine: JobEngine = engine or DbosEngine(
            settings.engine_url,
            self._worker.id,
            all_queues=QUEUES,
            queues=self._worker.queues,
            concurrency=settings.workers if gpu is None else 1,
        )

    def start(self) -> None:
        self.store = Store(self._settings)
        self.presence = Presence(self.store.workers, self._settings.data_dir / "live", self._worker)
        self.desk = Desk(self.store, self._worker.id)
        self.presence.start()
        self.desk.start()
        memory_mib = self._settings.child_memory_mib
        solve = partial(handle_solve, self.store, self.desk, self.submit, memory_mib=memory_mib)
        validate = partial(
            handle_validation, self.store, self.desk, self.submit, self.has_device, memory_mib=memory_mib
        )
        handlers: dict[str, Handler] = {
            "solve": partial(_handle, "solve", solve),
            "validate": partial(_handle, "validate", validate),
        }
        if self._gpu is not None:
            device = partial(handle_device, self.store, self.desk, self._gpu, memory_mib=memory_mib)
            handlers["device"] = partial(_handle, "device", device)
        self.engine.start(handlers)
        if self._settings.workers:
            os.environ.setdefault("WARPACK_CACHE_DIR", str(self._settings.data_dir / "cache"))  # for the children
            # Meanwhile the engine finds its queues, for which it needs a second.
            child_process.prepare(*self._fork_servers())
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

    def _fork_servers(self) -> tuple[ForkServer, ...]:
        """Those whose children this process will want."""
        if self._gpu is not None:
            return (COMPILING,)
        return (SOLVING, COMPILING) if has_gpu_extra() else (SOLVING,)

    def stop(self) -> None:
        self.upkeep.stop()
        self.engine.stop()
        self.desk.stop()
        self.presence.stop()
        self.store.close()

    def submit(self, task: Task) -> None:
        """Hand a task to whichever worker can do it. One that none can do now waits for a worker that can."""
        self.engine.submit(key_of(task))
        self.store.tasks.submitted(task)

    def workers(self) -> tuple[Worker, ...]:
        """Those alive that take tasks."""
        return self.presence.alive()

    def has_device(self, compute_capability: str) -> bool:
        """Whether a worker with a GPU of this architecture is alive."""
        queue = device_queue(compute_capability)
        return any(queue in worker.queues for worker in self.presence.lately_alive())

    def best_level(self, compute_capability: str) -> str:
        """What `best` means now for a manifest of this architecture."""
        return "hardware" if self.has_device(compute_capability) else "simulated"


async def _handle(kind: TaskKind, do: Callable[[Task], Awaitable[None]], key_id: str) -> None:
    found = parted(key_id)
    if found is None:
        raise ValueError(f"no task has the key {key_id!r}")
    await do(Task(kind, *found))
