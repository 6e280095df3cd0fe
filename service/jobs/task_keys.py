"""The engine's key of a task: its kind, its id and the attempt. Keys are made and read here alone."""

from __future__ import annotations

from warpack.service.engine import TaskKey
from warpack.service.jobs.capabilities import queue_for
from warpack.service.store.records import Task


def key_of(task: Task) -> TaskKey:
    """The engine's key of a task."""
    return TaskKey(task.kind, f"{task.id}-{task.attempt}", queue_for(task), task.turn)


def parted(key_id: str) -> tuple[str, int] | None:
    """The id and attempt of the task with this key; None for a key in the form of another version."""
    task_id, _, attempt = key_id.partition("-")
    return (task_id, int(attempt)) if attempt.isdecimal() else None
