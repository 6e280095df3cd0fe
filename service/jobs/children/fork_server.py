"""Fork servers: processes that have loaded the heavy packages, and fork children in about 10 ms instead of a second.

A fork server is a process of its own, so the API's process loads nothing of that. It is reached through a socket pair.
It ends when the other end is closed, also by kill -9. It has no name by which another process could reach it, and
leaves nothing in the file system.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
from collections.abc import Sequence
from threading import Lock

from warpack.gpu_runtime.interpreter import python
from warpack.service.jobs.children.environment import current_child_environment

ENDED = "the fork server ended before it gave a child"

_FORK = b"f"
_MAIN = "warpack.service.jobs.children.fork_server_main"


class ForkServer:
    """It starts with its first child, and starts again if it dies. Any thread may ask for children.

    `loaded`: what it loads, in this order: a module, or a function (`module:function`), which it also calls.
    """

    def __init__(self, *loaded: str) -> None:
        self._loaded = loaded
        self._starting = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """None before the first child."""
        return None if self._process is None else self._process.pid

    def launch(self) -> None:
        """Starts the server if it does not run. Does not wait until it is loaded."""
        self._running()

    def fork(self, descriptors: Sequence[int]) -> None:
        """Forks a child that runs `children.main.main` with duplicates of these three descriptors. If the server dies
        instead, the duplicates are closed. Raises OSError if the server is seen to end, or cannot be started."""
        try:
            socket.send_fds(self._running(), [_FORK], descriptors)
        except (BrokenPipeError, ConnectionResetError) as error:
            with self._starting:
                self._end()  # it died, or is dying: the next call starts another
            raise OSError(ENDED) from error

    def stop(self) -> None:
        """Ends the server. Its children go on."""
        with self._starting:
            self._end()

    def _running(self) -> socket.socket:
        with self._starting:
            if self._process is None or self._control is None or self._process.poll() is not None:
                self._end()
                self._process, self._control = self._start()
                atexit.register(self.stop)
            return self._control

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                    python(*_warnings(), "-m", _MAIN, str(theirs.fileno()), *self._loaded),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=current_child_environment(),
                    start_new_session=True,  # Ctrl-C is for this process, which ends the children
                )
        except BaseException:
            ours.close()
            raise
        return process, ours

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            atexit.unregister(self.stop)
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def _warnings() -> list[str]:
    """The options that make warnings errors in children, if they are errors here."""
    return [f"-W{option}" for option in sys.warnoptions]


_TASKS = "warpack.service.jobs.child_tasks.solves"
_REHEARSE = "warpack.service.jobs.children.rehearsal:rehearse"

SOLVING = ForkServer(_TASKS, "ortools.sat.python.cp_model", _REHEARSE)
"""Its children solve, verify and emit. That is all that level static needs."""

COMPILING = ForkServer(
    _TASKS,
    _REHEARSE,
    "warpack.gpu_runtime.probe.backends.compiled_level",
    "warpack.service.jobs.children.warm_up:warm_up",
)
"""Its children compile and simulate too. With numba and CUDA's compilers it loads and copies three times as much."""
