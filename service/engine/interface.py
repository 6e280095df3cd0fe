"""What the service wants of a job engine: durable hand-over of task ids to whichever worker is alive.

The engine knows nothing of manifests or layouts, and its own types never leave this folder. A task may be handled more
than once (a worker dies, another takes over), so handlers claim their work in the store before they begin, and the
store takes one result only. Cancelling is a matter of the store too: a handler asks it while it works.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Handler = Callable[[str], Awaitable[None]]
"""Does the task with this id to its end. Raises `asyncio.CancelledError` through when the process is shutting down."""

Fate = Literal["unknown", "waiting", "running", "done", "broke", "crashed"]
"""What became of a task: `broke` means that its handler raised, `crashed` that it took down too many workers."""


@dataclass(frozen=True, slots=True)
class TaskKey:
    """Names a task for good. `queue` says which workers may have it."""

    kind: str
    id: str
    queue: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{self.id}"


@dataclass(frozen=True, slots=True)
class Worker:
    """A live worker process, the queues that it takes tasks from, and what it says of the devices that it has."""

    id: str
    queues: tuple[str, ...]
    devices: tuple[Mapping[str, Any], ...] = ()


class JobEngine(Protocol):
    """Every method blocks, for milliseconds: call them off the event loop."""

    def start(self, handlers: Mapping[str, Handler]) -> None:
        """Begin to take tasks, handled by kind. Tasks of workers that died before are taken over."""

    def submit(self, task: TaskKey) -> None:
        """Hand a task over. A second submission of the same task changes nothing."""

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        """What became of these tasks."""

    def workers(self) -> tuple[Worker, ...]:
        """The worker processes alive now, this one included if it takes tasks."""

    def stop(self) -> None:
        """Take nothing more, cancel the handlers at work, and wait for them. Their tasks stay for the next worker."""
