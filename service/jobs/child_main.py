"""What runs inside a child process: a guard that watches, and the task itself.

A child of the fork server first splits in two. The *guard* is the leader of a process group of its own and does nothing
but wait: for the task to end, or for the worker to die, which it sees as end-of-file on the pipe that multiprocessing
keeps between a process and its parent. When the worker dies, by kill -9 too, the guard kills the whole group: the task
and whatever the task has started. Should the guard itself be killed, the kernel kills the task (PR_SET_PDEATHSIG). A
thread in the task could not do this work: compiled code that holds the interpreter lock would stop it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait

Task = Callable[[bytes, Callable[[], bool]], bytes]
"""From a request to its answer; the second argument says whether to stop early. A function that can be imported by
name."""

_PR_SET_PDEATHSIG = 1


def nothing(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """The task that only shows that children can be had."""
    return request


def main(do: Task, channel: Connection, stderr_path: str) -> None:
    """Entry of a child: read one request from `channel`, do it, send one answer."""
    os.setpgid(0, 0)
    _send_stderr_to(stderr_path)
    guard = os.getpid()
    ended, hold_open = os.pipe()
    task = os.fork()
    if task == 0:
        os.close(ended)
        _run_task(do, channel, guard)
    channel.close()
    os.close(hold_open)
    _guard(task, ended)


def _guard(task: int, ended: int) -> None:
    worker = parent_process()
    if worker is None:
        raise RuntimeError("a child process must be started by a worker")
    ready = wait([worker.sentinel, ended])
    if worker.sentinel in ready:
        os.killpg(0, signal.SIGKILL)
    _, status = os.waitpid(task, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        name = signal.Signals(-code).name
        print(f"the process was ended by signal {name}", file=sys.stderr, flush=True)
    os._exit(code if code >= 0 else 128 - code)


def _run_task(do: Task, channel: Connection, guard: int) -> None:
    code = 1
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == guard:  # else it died before the line above, and nobody would tell
            channel.send_bytes(do(channel.recv_bytes(), channel.poll))
            code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _send_stderr_to(path: str) -> None:
    """From here on, what any code writes to standard error lands in `path`, which only the worker still sees."""
    target = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.unlink(path)
    os.dup2(target, sys.stderr.fileno())
    os.dup2(target, sys.stdout.fileno())
    os.close(target)
