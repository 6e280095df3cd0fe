"""What the service wants of a job engine: durable hand-over of task ids to whichever worker has a free place.

The engine knows nothing of manifests or layouts, and its own types never leave this folder. A task that it is given is
handed to one worker, once: whether that worker lives, what becomes of the task if not, and whose result counts, are
matters of the store, which hands the next attempt over as a task of its own. Cancelling is a matter of the store too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Handler = Callable[[str], Awaitable[None]]
"""Does the task with this id to its end. Raises `asyncio.CancelledError` through when the process is shutting down."""

Fate = Literal["unknown", "waiting", "running", "ended"]
"""What became of a task. `running` says that a worker was given it, not that this worker lives."""


@dataclass(frozen=True, slots=True)
class TaskKey:
    """Names a task for good. `queue` says which workers may have it; those with a smaller `turn` (at least 1) go
    first."""

    kind: str
    id: str
    queue: str = field(default="", compare=False)
    turn: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}-{self.id}"


class JobEngine(Protocol):
    """Every method blocks, for milliseconds: call them off the event loop."""

    def start(self, handlers: Mapping[str, Handler]) -> None:
        """Begin to take tasks, handled by kind."""

    def submit(self, task: TaskKey) -> None:
        """Hand a task over. A second submission of the same task changes nothing."""

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        """What became of these tasks."""

    def running(self) -> tuple[tuple[TaskKey, str], ...]:
        """The tasks that workers were given and have not ended, each with the id of its worker."""

    def forget(self, tasks: tuple[TaskKey, ...]) -> None:
        """These tasks have ended, whatever their workers did: they are nowhere at work, and are not handed out."""

    def drop_ended(self, age_s: float) -> int:
        """Forget a batch of the tasks that were submitted longer ago than this and have ended. How many those were. One
        that is submitted again after that is a new one."""

    def give(self, places: Mapping[str, int]) -> None:
        """How many tasks of these queues a process is handed at a time. One number holds for all processes."""

    def rest(self) -> None:
        """To be called now and then: where nothing was handed over for a while, workers look less often."""

    def stop(self, limit_s: float = 0.0) -> None:
        """Take nothing more, wait for the handlers at work for so long, then cancel them, and wait for that. A handler
        whose own task was cancelled has ended."""
