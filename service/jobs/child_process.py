"""Starts child processes from a fork server that has the heavy packages loaded: in about 15 ms instead of a second.

The fork server is a process of its own, so nothing that it loads is ever in the API's process.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
from multiprocessing import forkserver, get_context, reduction, util
from multiprocessing.context import ForkServerProcess, set_spawning_popen
from multiprocessing.popen_forkserver import Popen
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any, BinaryIO

from warpack.gpu_runtime.interpreter import import_environment
from warpack.service.jobs import child_main

_CONTEXT = get_context("forkserver")
_PRELOADED = [
    "warpack.service.jobs.tasks",
    "warpack.solver.reading",
    "warpack.solver.reading.layout_reader",
    "warpack.solver.recipe",
    "warpack.solver.verifier",
    "ortools.sat.python.cp_model",
    "warpack.gpu_runtime.validation",
    "warpack.gpu_runtime.emitters",
    "warpack.gpu_runtime.probe.backends.compiled_level",
    "warpack.service.jobs.warm_up",
]
_CONTEXT.set_forkserver_preload(_PRELOADED)
_STARTING = Lock()
_STDERR_KEPT_BYTES = 4000
_LONGEST_TMPDIR = 107 - len("/pymp-12345678/listener-12345678")
"""Bytes of a path in which the fork server's socket has room (sun_path of unix(7), without its last zero)."""


def prepare() -> None:
    """Start the fork server and wait until it is loaded, so that no task waits for it, nor shares the processors with
    it."""
    child = Child(child_main.nothing)
    child.answer(b"")
    child.close()


def _with_fork_server() -> None:
    """The fork server runs, and has imported nothing from the folder that we were started in."""
    with _STARTING:
        added = import_environment()
        before = {name: os.environ.get(name) for name in added}
        os.environ.update(added)
        try:
            forkserver.ensure_running()
        except OSError as error:
            folder = tempfile.gettempdir()
            if len(os.fsencode(folder)) <= _LONGEST_TMPDIR:
                raise
            raise OSError(
                f"TMPDIR, the folder for temporary files, is too long a path for the socket that is needed there: "
                f"{folder} has {len(os.fsencode(folder))} bytes. Set TMPDIR to one of at most {_LONGEST_TMPDIR}."
            ) from error
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class Child:
    """A started child that waits for its request. One thread may wait in `answer` while others call the rest."""

    def __init__(self, do: child_main.Task) -> None:
        handle, path = tempfile.mkstemp(prefix="warpack-")
        self._stderr: BinaryIO = os.fdopen(handle, "rb")
        self._channel, theirs = _CONTEXT.Pipe()
        _with_fork_server()
        self._process = _ForkedProcess(target=child_main.main, args=(do, theirs, path), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The guard's process id, which is the id of the child's process group as well."""
        pid = self._process.pid
        if pid is None:
            raise RuntimeError("the child was not started")
        return pid

    def answer(self, request: bytes) -> bytes | None:
        """Send the request and wait for the answer; None when the child ended without one."""
        try:
            self._channel.send_bytes(request)
            return self._channel.recv_bytes()
        except (EOFError, OSError):
            return None

    def ask_to_stop(self) -> None:
        """The task sees this when it next looks, and answers with the best that it has."""
        try:
            self._channel.send_bytes(b"stop")
        except OSError:
            return  # it has ended already

    def wait(self, limit_s: float) -> None:
        """Until the child has ended, so that it can say how, or until the limit."""
        self._process.join(limit_s)

    def kill(self) -> None:
        """End the child and everything it has started, at once."""
        self._process.kill()  # the guard alone, in case it has not made its process group yet
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def close(self) -> str:
        """Kill what is left, free everything, and return the last lines of standard error."""
        self.kill()
        self._process.join()
        self._process.close()
        self._channel.close()
        with self._stderr as stderr:
            size = stderr.seek(0, os.SEEK_END)
            stderr.seek(max(0, size - _STDERR_KEPT_BYTES))
            return stderr.read().decode(errors="replace").strip()


class _ForkServerPopen(Popen):
    """As the standard library's, but the child does not import the caller's main module: it needs nothing from it, and
    for a console script that would cost every child the import of the whole command line."""

    def _launch(self, process: BaseProcess) -> None:
        message = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump({"name": process.name, "sys_path": sys.path}, message)
            reduction.dump(process, message)
        finally:
            set_spawning_popen(None)
        self.sentinel, write_end = forkserver.connect_to_new_process(self._fds)  # type: ignore[attr-defined]  # not in typeshed
        lifeline = os.dup(write_end)  # held open as long as this process lives: the child's guard waits on it
        self.finalizer = util.Finalize(self, _close_all, (lifeline, self.sentinel))
        with open(write_end, "wb") as pipe:
            pipe.write(message.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


class _ForkedProcess(ForkServerProcess):
    @staticmethod
    def _Popen(process: BaseProcess) -> Any:
        return _ForkServerPopen(process)


def _close_all(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
