"""What the service needs of a job engine: it hands task ids durably to workers with free places.

The engine knows nothing of manifests or layouts, and its own types never leave this folder. It hands each task to one
worker, once. The store decides all else: whether that worker lives, what becomes of the task if not, and whose result
counts. It hands over the next attempt as another task. Cancelling is done by the store too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Handler = Callable[[str], Awaitable[None]]
"""Does the task with this id to its end. Lets `asyncio.CancelledError` pass when the process shuts down."""

Fate = Literal["unknown", "waiting", "running", "ended"]
"""The state of a task. `running` says that a worker was given it, not that the worker still lives."""


@dataclass(frozen=True, slots=True)
class TaskKey:
    """The key of a task, which never changes. `queue` says which workers may have it. Tasks with a smaller `turn` (at
    least 1) go first."""

    kind: str
    id: str
    queue: str = field(default="", compare=False)
    turn: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}-{self.id}"


class JobEngine(Protocol):
    """Every method blocks, for milliseconds: call them off the event loop."""

    def start(self, handlers: Mapping[str, Handler]) -> None:
        """Begins to take tasks. `handlers` are by kind."""

    def submit(self, task: TaskKey) -> None:
        """Hands a task over. A second submission of the same task changes nothing."""

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        """The states of these tasks."""

    def running(self) -> tuple[tuple[TaskKey, str], ...]:
        """The tasks that workers were given and that have not ended, each with its worker's id."""

    def forget(self, tasks: tuple[TaskKey, ...]) -> None:
        """Marks these tasks as ended, whatever their workers do. They are not handed out any longer."""

    def drop_ended(self, age_s: float) -> int:
        """Forgets a batch of ended tasks that were submitted more than `age_s` ago. Returns how many. If such a task is
        submitted again, it counts as new."""

    def give(self, places: Mapping[str, int]) -> None:
        """Sets how many tasks of each queue a process is handed at a time. The number holds for all processes."""

    def stop(self, limit_s: float = 0.0) -> None:
        """Takes no more tasks, and waits for the handlers at work for `limit_s` at most. Then cancels them, and waits
        until they have ended. A handler whose own work was cancelled counts as ended."""
