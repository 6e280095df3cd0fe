"""The job engine behind an interface: `interface.JobEngine` is all that the rest of the service knows of it."""

from __future__ import annotations

from warpack.service.engine.interface import Fate, Handler, JobEngine, TaskKey

__all__ = ["Fate", "Handler", "JobEngine", "TaskKey"]
