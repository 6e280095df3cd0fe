"""Runs the real service in processes of its own, as an operator would, on a port that is free."""

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

from tests.helpers.processes import PATIENCE_S, eventually
from warpack.service.client import Client

_ROOT = Path(__file__).parents[2]

_SERVE = """
import sys
from pathlib import Path
from warpack.service.server import serve
from warpack.service.settings import Settings
data_dir, port_file, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
serve(Settings(data_dir=data_dir, port=0, workers=workers), port_file=port_file)
"""

_WORK = """
import sys
from pathlib import Path
from warpack.service.jobs import capabilities
if sys.argv[3] == "plain":
    capabilities.has_gpu_extra = lambda: False
from warpack.service.settings import Settings
from warpack.service.worker import work
work(Settings(data_dir=Path(sys.argv[1]), workers=2), ready=lambda: Path(sys.argv[2]).touch())
"""


@dataclass
class ServiceProcess:
    """A `warpack serve` that runs. `url` is its base URL."""

    process: subprocess.Popen[bytes]
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
def service(data_dir: Path, *, workers: int = 2, database_url: str | None = None) -> Iterator[ServiceProcess]:
    """A service on this data folder, and on this database if not a file there; what still runs at the end of the block
    is stopped."""
    data_dir.mkdir(exist_ok=True)
    port_file = data_dir / "port"
    port_file.unlink(missing_ok=True)
    process = _start(_SERVE, str(data_dir), str(port_file), str(workers), database_url=database_url)
    try:
        eventually(lambda: _exists_or_died(port_file, process), "the service listens")
        yield ServiceProcess(process, f"http://127.0.0.1:{port_file.read_text().strip()}")
    finally:
        _end(process)


@contextmanager
def worker(
    data_dir: Path, *, database_url: str | None = None, plain: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A second process that takes jobs from this data folder, or from this database. A `plain` one works as where the
    extra `gpu` is not installed, and starts in half the time."""
    data_dir.mkdir(exist_ok=True)
    ready = data_dir / f"worker-ready-{uuid.uuid4().hex}"
    process = _start(_WORK, str(data_dir), str(ready), "plain" if plain else "whole", database_url=database_url)
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


def _start(script: str, *arguments: str, database_url: str | None = None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    if database_url is not None:
        environment["WARPACK_DATABASE_URL"] = database_url
    return subprocess.Popen([sys.executable, "-W", "error", "-c", script, *arguments], cwd=_ROOT, env=environment)


def _exists_or_died(path: Path, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"the process ended with code {process.returncode}")
    return path.exists()


def _end(process: subprocess.Popen[bytes]) -> int:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    return process.returncode
