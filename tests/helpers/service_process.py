"""Runs the real service in processes of its own, as an operator would, on a port that is free.

What `warpack serve` and `warpack worker` do is in `serving`. The processes are forked from one that has it loaded (see
`loaded_process`), unless they are to be fresh: then each is an interpreter of its own from the start.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers import kernels
from tests.helpers.loaded_process import LoadedProcess
from tests.helpers.processes import PATIENCE_S, eventually
from warpack.service.client import Client

Process = LoadedProcess | subprocess.Popen[bytes]

_ROOT = Path(__file__).parents[2]


@dataclass
class ServiceProcess:
    """A `warpack serve` that runs. `url` is its base URL."""

    process: Process
    url: str

    def client(self) -> Client:
        return Client(self.url, retries=0)

    def kill_9(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it in order; its exit code."""
        return _end(self.process)


@contextmanager
def service(
    data_dir: Path,
    *,
    workers: int = 2,
    database_url: str | None = None,
    plain: bool = False,
    fresh: bool = False,
    settings: Mapping[str, str] | None = None,
    solve_s: float | None = None,
) -> Iterator[ServiceProcess]:
    """A service on this data folder, and on this database if not a file there; what still runs at the end of the block
    is stopped. A `plain` one works as where the extra `gpu` is not installed, and starts in half the time. `settings`
    are variables of its environment, such as WARPACK_HOST. Each solve ends after `solve_s`, if its manifest's limit is
    longer."""
    data_dir.mkdir(exist_ok=True)
    port_file = data_dir / "port"
    port_file.unlink(missing_ok=True)
    if workers and not (plain or fresh):
        kernels.compile_once()
    arguments = str(data_dir), str(port_file), str(workers), "plain" if plain else "whole", _told(solve_s)
    process = _start("serve", *arguments, database_url=database_url, fresh=fresh, settings=settings)
    try:
        eventually(lambda: _exists_or_died(port_file, process), "the service listens")
        yield ServiceProcess(process, f"http://127.0.0.1:{port_file.read_text().strip()}")
    finally:
        _end(process)


@contextmanager
def worker(
    data_dir: Path,
    *,
    database_url: str | None = None,
    plain: bool = False,
    drain_s: float = 5.0,
    queues: str = "",
    workers: int = 2,
    solve_s: float | None = None,
) -> Iterator[Process]:
    """A second process that takes jobs from this data folder, or from this database. `plain` and `solve_s` mean what
    they mean for a service."""
    data_dir.mkdir(exist_ok=True)
    ready = data_dir / f"worker-ready-{uuid.uuid4().hex}"
    if not plain:
        kernels.compile_once()
    kind = "plain" if plain else "whole"
    arguments = str(data_dir), str(ready), kind, _told(solve_s), str(drain_s), queues, str(workers)
    process = _start("work", *arguments, database_url=database_url)
    try:
        eventually(lambda: _exists_or_died(ready, process), "the worker takes jobs")
        yield process
    finally:
        _end(process)
        ready.unlink(missing_ok=True)


def finished(client: Client, job: Mapping[str, Any]) -> dict[str, Any]:
    """The job at its end, however long a busy machine takes: one call waits 60 seconds at most."""
    *_, ended = client.follow(job, 60)
    return ended


def held_up(client: Client, job: Mapping[str, Any], state: str = "validating") -> dict[str, Any]:
    """The job once it waits in this state for what no worker that is alive can do."""

    def look() -> dict[str, Any] | None:
        found = client.get(job["id"])
        return found if found["state"] == state and found["waiting_for"] else None

    found = eventually(look, f"the job waits while it is {state}")
    assert found is not None
    return found


def _told(seconds: float | None) -> str:
    return "" if seconds is None else str(seconds)


def _start(
    does: str,
    *arguments: str,
    database_url: str | None = None,
    fresh: bool = False,
    settings: Mapping[str, str] | None = None,
) -> Process:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), **(settings or {})}
    if database_url is not None:
        environment["WARPACK_DATABASE_URL"] = database_url
    if not fresh:
        return LoadedProcess(does, arguments, environment)
    command = [sys.executable, "-W", "error", "-m", "tests.helpers.serving", does, *arguments]
    return subprocess.Popen(command, cwd=_ROOT, env=environment)


def _exists_or_died(path: Path, process: Process) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"the process ended with code {process.returncode}")
    return path.exists()


def _end(process: Process) -> int:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    return process.returncode
