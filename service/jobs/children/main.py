"""The program of a child process: a guard that watches, and the task itself.

A child of the fork server first forks once more. The *guard* leads a process group of its own, and only waits: for the
task to end, or for the worker to die or to close its end of the channel, which the guard sees as a hang-up. Then it
kills the whole group: the task, and all processes that the task has started. If the guard itself is killed, the kernel
kills the task (PR_SET_PDEATHSIG). A thread in the task could not be the guard, because compiled code that holds the
interpreter lock would stop it.

The task answers one request after another, until the channel is closed or the child is worn out.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

from warpack.service.jobs.children.orders import Limits, Order

STATUS = struct.Struct("=i")
"""What the guard sends: its process id at once; at the end, how the task ended, as `os.waitstatus_to_exitcode`."""

OVER_MEMORY, LOST = 77, 78
"""The exit status of a task that got no more memory, and of one that raised ChildLost."""

STOP = b"stop"
NEWS, ANSWER = b"news", b"answer"
"""Precedes each message to the worker, and tells its kind."""
FRESH, WORN = b"\0", b"\1"
"""Follows each answer: whether the child may be asked again."""

_PR_SET_PDEATHSIG = 1
_UMASK = 0o077


class ChildLost(Exception):
    """A process of the task was killed from outside. The task has no result, and must be done again."""


def nothing(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """A task that does nothing. It shows that children can be started."""
    return request


class Line:
    """The task's line to the worker. It says whether to stop, and takes news before the answer. Threads may share
    it."""

    def __init__(self, channel: Connection[Any, Any]) -> None:
        self._channel, self._sending = channel, Lock()

    def __call__(self) -> bool:
        return self._channel.poll()

    def tell(self, news: bytes) -> None:
        """Sends news to the worker."""
        with self._sending:
            self._channel.send_bytes(NEWS)
            self._channel.send_bytes(news)


def main(channel: int, status: int, messages: int) -> NoReturn:
    """The entry of a child. `channel` carries orders, requests and answers. `messages` is where standard error goes."""
    os.setpgid(0, 0)
    os.umask(_UMASK)
    os.dup2(messages, sys.__stderr__.fileno())  # type: ignore[union-attr]  # the fork server has one
    os.dup2(messages, sys.__stdout__.fileno())  # type: ignore[union-attr]
    os.close(messages)
    guard = os.getpid()
    os.write(status, STATUS.pack(guard))
    ended, hold_open = os.pipe()
    task = os.fork()
    if task == 0:
        os.close(ended)
        os.close(status)
        _run_task(channel, guard)
    os.close(hold_open)
    _guard(task, ended, channel, status)


def _guard(task: int, ended: int, channel: int, status: int) -> NoReturn:
    ready = select.poll()
    ready.register(ended, 0)  # hang-ups are always reported; nothing else is asked for
    ready.register(channel, 0)
    if channel in dict(ready.poll()):
        os.killpg(0, signal.SIGKILL)
    _, how = os.waitpid(task, 0)
    code = os.waitstatus_to_exitcode(how)
    if code < 0:
        print(f"the process was ended by signal {signal.Signals(-code).name}", file=sys.stderr, flush=True)
    try:
        os.write(status, STATUS.pack(code))
    finally:
        os.killpg(0, signal.SIGKILL)  # all that the task left running, and this process
        os._exit(0)


def _run_task(channel: int, guard: int) -> NoReturn:
    code = 1
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == guard:  # else the guard died before the line above, unnoticed
            _answer_all(Connection(channel))
            code = 0
    except MemoryError:
        code = OVER_MEMORY
        traceback.print_exc()
    except ChildLost:
        code = LOST
        traceback.print_exc()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _answer_all(channel: Connection[Any, Any]) -> None:
    at_first, answered = _own_memory_mib(), 0
    while True:
        try:
            head = channel.recv_bytes()
        except EOFError:
            return
        if head == STOP:
            continue  # the wish to stop crossed the answer
        order = Order.from_bytes(head)
        request = channel.recv_bytes()
        order.limits.take_hold()
        answer = order.function()(request, Line(channel))
        channel.send_bytes(ANSWER)
        channel.send_bytes(answer)
        answered += 1
        worn = _worn(order.limits, answered, _own_memory_mib() - at_first)
        channel.send_bytes(WORN if worn else FRESH)
        if worn:
            return


def _worn(limits: Limits, answered: int, growth_mib: int) -> bool:
    return answered >= limits.requests or growth_mib > limits.growth_mib


def _own_memory_mib() -> int:
    """Anonymous memory, with the pages that are still shared with the fork server."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("RssAnon:")[1].split()[0]) // 1024
