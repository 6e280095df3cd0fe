"""The store, the job engine and the handlers, joined: all of the service but its calls."""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

from warpack.service.engine import Fate, Handler, JobEngine, TaskKey
from warpack.service.engine.dbos_engine import DbosEngine
from warpack.service.jobs import child_process
from warpack.service.jobs.capabilities import (
    QUEUES,
    device_queue,
    has_gpu_extra,
    queue_for,
    queues_of_this_installation,
)
from warpack.service.jobs.fork_server import COMPILING, SOLVING, ForkServer
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.solving import handle_solve
from warpack.service.jobs.validating import handle_device, handle_validation
from warpack.service.problems import ProblemDetails, internal_error, worker_crashed
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Task
from warpack.service.store.validations import Stage

_LOG = logging.getLogger("warpack.jobs")
_SWEEP_S = 1.0
_SETTLED_S = 2.0
"""Younger tasks are left alone: whoever made them is just handing them over."""


class JobRunner:
    """Between `start` and `stop` this process takes tasks, if its settings give it workers, and sweeps. With a `gpu` it
    takes what that can do and nothing else, one task at a time: a second one would share its memory and its time."""

    def __init__(self, settings: Settings, engine: JobEngine | None = None, *, gpu: Gpu | None = None) -> None:
        self._settings = settings
        self._gpu = gpu
        queues = queues_of_this_installation() if gpu is None else (device_queue(gpu.compute_capability),)
        self.engine: JobEngine = engine or DbosEngine(
            settings.engine_url,
            settings.data_dir / "live",
            all_queues=QUEUES,
            queues=queues if settings.workers else (),
            concurrency=settings.workers if gpu is None else 1,
            devices=() if gpu is None else (gpu.public(),),
        )
        self._stopping = threading.Event()

    def start(self) -> None:
        self.store = Store(self._settings)
        memory_mib = self._settings.child_memory_mib
        handlers: dict[str, Handler] = {
            "solve": partial(handle_solve, self.store, self.submit, memory_mib=memory_mib),
            "validate": partial(handle_validation, self.store, self.submit, self.has_device, memory_mib=memory_mib),
        }
        if self._gpu is not None:
            handlers["device"] = partial(handle_device, self.store, self._gpu, memory_mib=memory_mib)
        self.engine.start(handlers)
        if self._settings.workers:
            os.environ.setdefault("WARPACK_CACHE_DIR", str(self._settings.data_dir / "cache"))  # for the children
            child_process.prepare(
                *self._fork_servers()
            )  # meanwhile the engine finds its queues, for which it needs a second
        self._sweeper = threading.Thread(target=self._sweep_until_stopped, name="warpack-sweeper", daemon=True)
        self._sweeper.start()

    def _fork_servers(self) -> tuple[ForkServer, ...]:
        """Those whose children this process will want."""
        if self._gpu is not None:
            return (COMPILING,)
        return (SOLVING, COMPILING) if has_gpu_extra() else (SOLVING,)

    def stop(self) -> None:
        self._stopping.set()
        self._sweeper.join()
        self.engine.stop()
        self.store.close()

    def submit(self, task: Task) -> None:
        """Hand a task to whichever worker can do it. One that none can do now waits for a worker that can."""
        self.engine.submit(_key(task))

    def has_device(self, compute_capability: str) -> bool:
        """Whether a worker with a GPU of this architecture is alive."""
        queue = device_queue(compute_capability)
        return any(queue in worker.queues for worker in self.engine.workers())

    def best_level(self, compute_capability: str) -> str:
        """What `best` means now for a manifest of this architecture."""
        return "hardware" if self.has_device(compute_capability) else "simulated"

    def _sweep_until_stopped(self) -> None:
        while not self._stopping.wait(_SWEEP_S):
            try:
                self.sweep()
            except Exception:
                _LOG.exception("looking for lost tasks failed; it is tried again")

    def sweep(self) -> None:
        """Bring store and engine together again after a crash: a task that the engine does not know is handed over,
        and one that it has given up is `failed`, which no handler is left to say."""
        before = (datetime.now(UTC) - timedelta(seconds=_SETTLED_S)).isoformat(timespec="milliseconds")
        tasks = (*self.store.solves.unfinished(before), *self.store.validations.unfinished(before))
        keys = {task: _key(task) for task in tasks}
        fates = self.engine.fates(tuple(keys.values()))
        for task, key in keys.items():
            self._settle(task, fates[key])
            if task.kind == "device" and task.required == "best" and not self.has_device(task.compute_capability):
                self.store.validations.fall_back(task.id)

    def _settle(self, task: Task, fate: Fate) -> None:
        if fate == "unknown":
            self.submit(task)
        elif fate == "crashed":
            self._give_up(task, worker_crashed())
        elif fate in ("broke", "done"):
            # `done` with a row that is unfinished: the handler ended without delivering. The row was read first, so
            # that a task which finished in between has changed it already, and giving up changes nothing.
            _LOG.error("task %s ended without a result", task)
            self._give_up(task, internal_error())

    def _give_up(self, task: Task, problem: ProblemDetails) -> None:
        if task.kind == "solve":
            self.store.solves.fail(task.id, problem.to_text())
        else:
            stage: Stage = "device" if task.kind == "device" else "host"
            self.store.validations.fail(task.id, problem.to_text(), stage=stage)


def _key(task: Task) -> TaskKey:
    return TaskKey(task.kind, task.id, queue_for(task))
