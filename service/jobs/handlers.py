"""The handlers of a worker, one for each kind of task. They work with any keeper of tasks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from warpack.service.jobs.desk import Desk
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.solving import handle_solve
from warpack.service.jobs.validating import handle_device, handle_validation
from warpack.service.store.records import Task, TaskKind

Handle = Callable[[Task], Awaitable[None]]


def handlers_of(desk: Desk, gpu: Gpu | None, memory_mib: int) -> dict[TaskKind, Handle]:
    """The handlers by kind. `memory_mib` is the memory that a child may have."""
    handlers: dict[TaskKind, Handle] = {
        "solve": partial(handle_solve, desk, memory_mib=memory_mib),
        "validate": partial(handle_validation, desk, memory_mib=memory_mib),
    }
    if gpu is not None:
        handlers["device"] = partial(handle_device, desk, gpu, memory_mib=memory_mib)
    return handlers
