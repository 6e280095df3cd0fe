"""The demo's own service. It listens on a free port, and has a temporary folder. It is stopped whatever happens.

Only compiled kernels are kept, in the user's cache folder, as `warpack solve` does. So a second demo starts in seconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warpack.gpu_runtime.compiler.cache import default_cache_folder
from warpack.gpu_runtime.interpreter import import_environment, python
from warpack.service.cli.exits import CommandFailed
from warpack.service.cli.progress import showing

_START_S = 1800.0
"""It is waited for as long as its process lives: this is for one that hangs."""
_STOP_S = 120.0
"""After this the service counts as hung. An orderly stop takes long on a busy machine, and a killed service leaves
files behind."""
_PR_SET_PDEATHSIG = 1


@contextmanager
def running_service() -> Iterator[str]:
    """Runs a service on 127.0.0.1 and gives its base URL. However the block ends, the process is stopped and its folder
    removed."""
    with tempfile.TemporaryDirectory(prefix="warpack-demo-") as folder:
        port_file, log = Path(folder, "port"), Path(folder, "log")
        arguments = ["serve", "--host", "127.0.0.1", "--port", "0"]
        arguments += ["--data-dir", str(Path(folder, "data")), "--port-file", str(port_file)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WARPACK_")}
        environment |= import_environment() | kept_kernels()
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                python("-m", "warpack.service.cli", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops the service in order
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        try:
            with showing(lambda: "the service starts"):
                port = _port(process, port_file, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


def kept_kernels() -> dict[str, str]:
    """The environment variable with the user's cache folder. Empty if that folder cannot be written; the service then
    uses its own."""
    folder = default_cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return {}
    return {"WARPACK_CACHE_DIR": str(folder)} if os.access(folder, os.W_OK) else {}


def _port(process: subprocess.Popen[bytes], port_file: Path, log: Path) -> int:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if port_file.exists():
            return int(port_file.read_text())
        if process.poll() is not None:
            raise CommandFailed(f"the service ended with code {process.returncode} before it answered:\n{_tail(log)}")
        time.sleep(0.05)
    raise CommandFailed(f"the service did not answer within {_START_S:.0f} seconds:\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Sends SIGTERM. If the service takes too long to end, it and its children get SIGKILL."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the service leads its own session, so the group has no other processes
        process.wait()


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-15:]) or "(its log is empty)"


def _end_with_parent() -> None:
    """Runs in the child before it becomes the service. If the demo is killed, the service gets SIGTERM."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
