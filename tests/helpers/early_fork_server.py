"""The fork server for solves of a service that is itself forked: half the work of starting the service is loading that.

    load()               # in the process that services are forked from
    fork_beforehand()    # in a service, before it has threads

The fork server is a child of the service, has a session and an environment of its own, and runs the same loop as one
that was started by itself. One that is started later, because the first one died, is a fresh process.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

from warpack.service.jobs.children import fork_server, fork_server_main
from warpack.service.jobs.children.environment import current_child_environment
from warpack.service.jobs.children.fork_server import SOLVING, ForkServer


def load() -> None:
    """What the fork server loads at its start."""
    for name in SOLVING._loaded:
        module, _, function = name.partition(":")
        found = import_module(module)
        if function:
            getattr(found, function)()


def fork_beforehand() -> None:
    """The first start of `SOLVING` in this process finds it running."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    early: list[tuple[Any, socket.socket]] = [(_Forked(pid), ours)]
    start = ForkServer._start

    def started(server: ForkServer) -> tuple[Any, socket.socket]:
        return early.pop() if early and server is SOLVING else start(server)

    setattr(fork_server.ForkServer, "_start", started)  # noqa: B010  (mypy wants no method assigned to)


def _serve(control: socket.socket) -> NoReturn:
    try:
        os.setsid()
        environment = current_child_environment()
        os.environ.clear()
        os.environ.update(environment)
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (sys.stdin.fileno(), sys.stdout.fileno()):
            os.dup2(nothing, number)
        fork_server_main.main(control, [])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


class _Forked:
    """What a fork server asks of its process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode
