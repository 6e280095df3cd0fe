"""What service processes of the tests run: `python -m tests.helpers.serving PROGRAM ARGUMENT…`."""

from __future__ import annotations

import sys
from pathlib import Path

from warpack.service.jobs import capabilities
from warpack.service.server import serve as serve_until_stopped
from warpack.service.settings import Settings
from warpack.service.worker import work as work_until_stopped


def serve(data_dir: str, port_file: str, workers: str, kind: str) -> None:
    _be(kind)
    serve_until_stopped(Settings(data_dir=Path(data_dir), port=0, workers=int(workers)), port_file=Path(port_file))


def work(data_dir: str, ready: str, kind: str, drain_s: str, queues: str, workers: str) -> None:
    _be(kind)
    settings = Settings(data_dir=Path(data_dir), workers=int(workers), drain_s=float(drain_s))
    work_until_stopped(settings, ready=Path(ready).touch, queues=queues.split(",") if queues else ())


def _be(kind: str) -> None:
    """A plain process works as where the extra `gpu` is not installed."""
    if kind == "plain":
        setattr(capabilities, "has_gpu_extra", lambda: False)  # noqa: B010  (mypy wants no function assigned to)


PROGRAMS = {"serve": serve, "work": work}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
