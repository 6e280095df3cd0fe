"""Runs workers that come by the gateway, as processes with a device that is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.processes import PATIENCE_S, eventually

_ROOT = Path(__file__).parents[2]

_WORK = """
import sys
from pathlib import Path
from tests.helpers import child_tasks
from warpack.service.jobs import capabilities, validating
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.gateway.keeper import GatewayKeeper
from warpack.service.jobs.gpu import Gpu
from warpack.service.settings import Settings
from warpack.service.worker import work_through_gateway
import os
folder, url, architecture = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
capabilities.COMPILING = validating.COMPILING = SOLVING  # which starts sooner
validating.validate_on_device = child_tasks.find_nothing_wrong_once_told
told = {"name": "a test", "uuid": folder.name, "compute_capability": architecture, "driver_version": "", "cuda_version": "", "ordinal": 0}
keeper = GatewayKeeper(url, os.environ["WARPACK_TOKEN"], insecure=True)  # every wire of a test is of this machine
settings = Settings(data_dir=folder, workers=1)
work_through_gateway(settings, keeper, ready=(folder / "ready").touch, gpu=Gpu(told))
"""


@dataclass
class GatewayWorker:
    """`folder`: of this worker alone. It has `begun` to work on a task once that file is there, and ends it once it is
    told to `go`."""

    process: subprocess.Popen[bytes]
    folder: Path

    def begun(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the worker ended with code {self.process.returncode}")
        return (self.folder / "begun").exists()

    def go(self) -> None:
        (self.folder / "go").touch()


@contextmanager
def gateway_worker(
    folder: Path, url: str, token: str, architecture: str, started_by: tuple[str, ...] = ()
) -> Iterator[GatewayWorker]:
    """`started_by`: words of a command before those of the worker's own."""
    folder.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "WARPACK_TOKEN": token,
        "WARPACK_CACHE_DIR": str(folder / "cache"),
    }
    command = [*started_by, sys.executable, "-W", "error", "-c", _WORK, str(folder), url, architecture]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment)
    try:
        yield GatewayWorker(process, folder)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_S)


def ready(worker: GatewayWorker) -> None:
    eventually(lambda: (worker.folder / "ready").exists() or worker.process.poll() is not None, "the worker works")
    assert worker.process.poll() is None
