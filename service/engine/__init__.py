"""The job engine behind a seam: `seam.JobEngine` is all that the rest of the service knows of it."""

from __future__ import annotations

from warpack.service.engine.seam import Fate, Handler, JobEngine, TaskKey, Worker

__all__ = ["Fate", "Handler", "JobEngine", "TaskKey", "Worker"]
