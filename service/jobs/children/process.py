"""A child process of a fork server, as the worker sees it."""

from __future__ import annotations

import fcntl
import os
import select
import signal
from collections.abc import Callable
from multiprocessing.connection import Pipe
from threading import Lock

from warpack.service.jobs.children import main as child_main
from warpack.service.jobs.children.fork_server import ForkServer
from warpack.service.jobs.children.orders import Limits, Order, Task
from warpack.service.jobs.children.outcome import Ended, without_answer

_KEPT_BYTES = 4000
"""Of the end of standard error."""

_TRIES = 3
"""A fork server that was killed is started anew: it may die between two of these, and be seen to be dead after a
third."""


def prepare(*servers: ForkServer) -> None:
    """Start these fork servers and wait until they are loaded, so that no task waits for that, nor shares the
    processors with it."""
    for server in servers:
        server.launch()  # so that they load side by side
    for server in servers:
        child = Child(server)
        child.answer(child_main.nothing, b"")
        child.close()


News = Callable[[bytes], None]
"""Takes what a child tells before it answers."""


class Child:
    """A started child that waits for its request. One thread may wait for an answer while others call the rest.

    What it writes to standard error lands in memory, so that nothing of it stays behind, whatever is killed. Raises
    OSError where no process can be had.
    """

    def __init__(self, server: ForkServer) -> None:
        self._code: int | None = None
        self.worn = False
        """Whether it should not be asked again."""
        for tries_left in reversed(range(_TRIES)):
            try:
                self._start(server)
                return
            except OSError:
                if not tries_left:
                    raise

    def _start(self, server: ForkServer) -> None:
        self._messages = os.memfd_create("warpack-messages")
        fcntl.fcntl(self._messages, fcntl.F_SETFL, os.O_APPEND)
        self._status, told = os.pipe()
        self.channel, theirs = Pipe()
        try:
            try:
                server.fork((theirs.fileno(), told, self._messages))
            finally:
                theirs.close()
                os.close(told)
            pid = self._told()
            if pid is None:
                raise OSError("the fork server ended before it gave a child")
        except BaseException:
            self._free()
            raise
        self._pid = pid

    @property
    def pid(self) -> int:
        """The guard's process id, which is the id of the child's process group as well."""
        return self._pid

    def asking(self, do: Task, request: bytes, limits: Limits | None = None, news: News | None = None) -> Asking:
        """A request, which is sent by its `answer`; one at a time. `news` is given what the task tells before it
        answers, in the thread that waits. Raises ValueError for a `do` without a name."""
        return Asking(self, Order.of(do, limits or Limits()).to_bytes(), request, news)

    def answer(self, do: Task, request: bytes, limits: Limits | None = None) -> bytes | None:
        """Send a request and wait for the answer; None when the child ended without one."""
        return self.asking(do, request, limits).answer()

    @property
    def alive(self) -> bool:
        """Whether it could be asked: one that was killed while it waited could not."""
        ready = select.poll()
        ready.register(self._status, select.POLLIN)
        return not ready.poll(0)

    def wait(self, limit_s: float) -> None:
        """Until the child has ended, so that it can say how, or until the limit."""
        ready = select.poll()
        ready.register(self._status, select.POLLIN)
        if self._code is None and ready.poll(limit_s * 1000):
            self._code = self._told()

    def kill(self) -> None:
        """End the child and everything it has started, at once."""
        self.wait(0)
        if self._code is not None:
            return  # then its guard has seen to that
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def last_lines(self) -> str:
        """Of what it wrote to standard error since the last call."""
        size = os.fstat(self._messages).st_size
        text = os.pread(self._messages, _KEPT_BYTES, max(0, size - _KEPT_BYTES))
        os.ftruncate(self._messages, 0)
        return text.decode(errors="replace").strip()

    def close(self) -> tuple[Ended, str]:
        """Kill what is left and free everything. How it ended, which counts where it did so by itself, and the last
        lines of standard error."""
        self.kill()
        lines = self.last_lines()
        self._free()
        return without_answer(self._code, lines), lines

    def _told(self) -> int | None:
        """The next that the guard tells; None once it is dead."""
        told = os.read(self._status, child_main.STATUS.size)
        if not told:
            return None
        number: int
        (number,) = child_main.STATUS.unpack(told)
        return number

    def _free(self) -> None:
        self.channel.close()
        os.close(self._status)
        os.close(self._messages)


class Asking:
    """One request to a child. One thread waits in `answer`, while another may ask to stop: before the request is sent,
    while the task works, or when it has answered."""

    def __init__(self, child: Child, order: bytes, request: bytes, news: News | None) -> None:
        self._news = news
        self.child = child
        self._order = order
        self._request = request
        self._sending = Lock()
        self._sent = self._stop = self._answered = False

    def answer(self) -> bytes | None:
        """Send the request and wait for the answer; None when the child ended without one."""
        channel = self.child.channel
        try:
            with self._sending:
                channel.send_bytes(self._order)
                channel.send_bytes(self._request)
                self._sent = True
                if self._stop:
                    channel.send_bytes(child_main.STOP)
            while channel.recv_bytes() == child_main.NEWS:
                news = channel.recv_bytes()
                if self._news is not None:
                    self._news(news)
            answer = channel.recv_bytes()
            self._answered = True
        except (EOFError, OSError):
            self.child.worn = True
            return None
        try:
            self.child.worn = channel.recv_bytes() != child_main.FRESH
        except (EOFError, OSError):
            self.child.worn = True
        return answer

    def stop(self) -> None:
        """The task sees this when it next looks, and answers with the best that it has."""
        with self._sending:
            self._stop = True
            if not self._sent or self._answered:
                return
            try:
                self.child.channel.send_bytes(child_main.STOP)
            except OSError:
                return  # it has ended already
