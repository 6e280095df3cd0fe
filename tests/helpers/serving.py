"""What service processes of the tests run: `python -m tests.helpers.serving PROGRAM ARGUMENT…`."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from warpack.service.jobs import capabilities, solving
from warpack.service.jobs.children.orders import Task
from warpack.service.jobs.children.outcome import Outcome
from warpack.service.server import serve as serve_until_stopped
from warpack.service.settings import Settings
from warpack.service.worker import work as work_until_stopped

WRONG_CLOCK = "TRIAL_WRONG_CLOCK"
"""Names the file of `_shift_clock`."""


def serve(data_dir: str, port_file: str, workers: str, kind: str, solve_s: str) -> None:
    _be(kind, solve_s)
    serve_until_stopped(Settings(data_dir=Path(data_dir), port=0, workers=int(workers)), port_file=Path(port_file))


def work(data_dir: str, ready: str, kind: str, solve_s: str, drain_s: str, queues: str, workers: str) -> None:
    _be(kind, solve_s)
    settings = Settings(data_dir=Path(data_dir), workers=int(workers), drain_s=float(drain_s))
    work_until_stopped(settings, ready=Path(ready).touch, queues=queues.split(",") if queues else ())


def _shift_clock() -> None:
    """The clock of SQLite is that of the process: a file tells how many seconds it is wrong."""
    place = os.environ.get(WRONG_CLOCK)
    if place is None:
        return

    def julianday(_when: str) -> float:
        return (time.time() + float(Path(place).read_text())) / 86400 + 2440587.5

    @event.listens_for(Engine, "connect")
    def shift(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.create_function("julianday", 1, julianday)


def _end_solves_after(seconds: float) -> None:
    """The solver is asked for its best then, as at the time limit of a manifest."""
    run_child = solving.run_child

    async def run(do: Task, request: bytes, *, limit_s: float, **options: Any) -> Outcome:
        return await run_child(do, request, limit_s=min(limit_s, seconds), **options)

    setattr(solving, "run_child", run)  # noqa: B010  (mypy wants no function assigned to)


def _be(kind: str, solve_s: str) -> None:
    """A plain process works as where the extra `gpu` is not installed."""
    _shift_clock()
    if solve_s:
        _end_solves_after(float(solve_s))
    if kind == "plain":
        setattr(capabilities, "has_gpu_extra", lambda: False)  # noqa: B010  (mypy wants no function assigned to)


PROGRAMS = {"serve": serve, "work": work}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
