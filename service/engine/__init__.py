"""The job engine, behind an interface. The rest of the service knows `interface.JobEngine` alone."""

from __future__ import annotations

from warpack.service.engine.interface import Fate, Handler, JobEngine, TaskKey

__all__ = ["Fate", "Handler", "JobEngine", "TaskKey"]
