"""Processes that are forked from one in which the service is loaded already, and its fork server for solves: that is
most of the work of starting it.

    process = LoadedProcess("serve", [folder, port_file, "2"], environment)   # as a `subprocess.Popen`

What runs in them is what runs in a process of its own that was started the same way; see `serving`.
`python -m tests.helpers.loaded_process DESCRIPTOR` is what they are forked from: one for each process that runs tests,
and it ends with that. It has one thread and has opened nothing.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from warpack.gpu_runtime.interpreter import import_environment

_ROOT = Path(__file__).parents[2]
_MOST_BYTES = 1 << 17
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""NumPy starts threads when it is imported, and a process with threads is not to be split."""
_source: list[tuple[subprocess.Popen[bytes], socket.socket]] = []


class LoadedProcess:
    """`does`: a name in `serving.PROGRAMS`."""

    def __init__(self, does: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        reading, writing = os.pipe()
        self._told = os.fdopen(reading, "rb", buffering=0)
        order = {"does": does, "arguments": list(arguments), "environment": dict(environment)}
        try:
            socket.send_fds(_running(), [json.dumps(order).encode()], [writing])
        finally:
            os.close(writing)
        self.pid = int(self._line())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, as that of `subprocess.Popen`; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            self.returncode = int(self._line())
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _line(self) -> bytes:
        line = self._told.readline()
        assert line, "the process that services are forked from has ended"
        return line


def _running() -> socket.socket:
    if not _source:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-W", "error", "-m", "tests.helpers.loaded_process", str(theirs.fileno())]
            environment = {**os.environ, **import_environment(), "PYTHONPATH": str(_ROOT), **_ONE_THREAD}
            process = subprocess.Popen(command, cwd=_ROOT, env=environment, pass_fds=[theirs.fileno()])
        _source.append((process, ours))
        atexit.register(_end)
    return _source[0][1]


def _end() -> None:
    process, control = _source.pop()
    control.close()
    process.wait()


def main(control: socket.socket) -> Callable[[], None] | None:
    """Forks for each order, until the other end is closed. Returns None then; in a child, what it is to do."""
    from tests.helpers import early_fork_server
    from tests.helpers.serving import PROGRAMS

    early_fork_server.load()
    gc.collect()
    gc.freeze()
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads is not to be split"
    while True:
        message, descriptors, *_ = socket.recv_fds(control, _MOST_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return None
        (told,) = descriptors
        if os.fork() == 0:
            break
        os.close(told)
        _bury_keepers()
    control.close()
    if (child := os.fork()) != 0:
        _keep(child, told)
    os.close(told)
    order = json.loads(message)
    os.environ.clear()
    os.environ.update(order["environment"])
    early_fork_server.fork_beforehand()
    return lambda: PROGRAMS[order["does"]](*order["arguments"])


def _bury_keepers() -> None:
    """Those that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return  # there is none at all


def _keep(child: int, told: int) -> None:
    """Says who the child is, and how it ended once it has."""
    os.write(told, f"{child}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(told, f"{code}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as other_end:
        asked = main(other_end)
    if asked is not None:
        asked()
