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
from warpack.service.jobs.children.fork_server import ENDED, ForkServer
from warpack.service.jobs.children.orders import Limits, Order, Task
from warpack.service.jobs.children.outcome import Ended, without_answer

_KEPT_BYTES = 4000
"""How much of the end of standard error is kept."""

_TRIES = 3
"""A killed fork server is started anew. If it dies after a first try, that may show only at a second; so there is a
third."""


def prepare(*servers: ForkServer) -> None:
    """Starts these fork servers and waits until they are loaded. So no task waits for that, or shares the processors
    with it."""
    for server in servers:
        server.launch()  # so that they load side by side
    for server in servers:
        child = Child(server)
        child.answer(child_main.nothing, b"")
        child.close()


News = Callable[[bytes], None]
"""Takes the news that a child sends before its answer."""


class Child:
    """A started child that waits for its request. One thread may wait for an answer while others call other methods.

    The child's standard error goes to memory, so that no file of it stays behind, whatever is killed. Raises OSError if
    no process can be started.
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
                raise OSError(ENDED)
        except BaseException:
            self._free()
            raise
        self._pid = pid

    @property
    def pid(self) -> int:
        """The guard's process id, which is the id of the child's process group as well."""
        return self._pid

    def pending(
        self, do: Task, request: bytes, limits: Limits | None = None, news: News | None = None
    ) -> PendingRequest:
        """A request, which its `answer` sends. A child has one request at a time. `news` gets the news that the task
        sends before its answer, in the thread that waits. Raises ValueError if `do` is not a function of a module."""
        return PendingRequest(self, Order.of(do, limits or Limits()).to_bytes(), request, news)

    def answer(self, do: Task, request: bytes, limits: Limits | None = None) -> bytes | None:
        """Sends a request and waits for the answer. None if the child ended without one."""
        return self.pending(do, request, limits).answer()

    @property
    def alive(self) -> bool:
        """Whether the child can still be asked, and was not killed while it waited."""
        ready = select.poll()
        ready.register(self._status, select.POLLIN)
        return not ready.poll(0)

    def wait(self, limit_s: float) -> None:
        """Waits until the child has ended, for `limit_s` at most, so that `close` can say how it ended."""
        ready = select.poll()
        ready.register(self._status, select.POLLIN)
        if self._code is None and ready.poll(limit_s * 1000):
            self._code = self._told()

    def kill(self) -> None:
        """Kills the child, and every process that it has started."""
        self.wait(0)
        if self._code is not None:
            return  # its guard has done so already
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def last_lines(self) -> str:
        """The end of what the child wrote to standard error since the last call."""
        size = os.fstat(self._messages).st_size
        text = os.pread(self._messages, _KEPT_BYTES, max(0, size - _KEPT_BYTES))
        os.ftruncate(self._messages, 0)
        return text.decode(errors="replace").strip()

    def close(self) -> tuple[Ended, str]:
        """Kills what is left, and frees everything. Returns how the child ended, which means something only if it ended
        by itself, and the last lines of standard error."""
        self.kill()
        lines = self.last_lines()
        self._free()
        return without_answer(self._code, lines), lines

    def _told(self) -> int | None:
        """The next message of the guard; None once the guard is dead."""
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


class PendingRequest:
    """One request to a child. One thread waits in `answer`. Another may call `stop` at any time: before the request is
    sent, while the task works, or after it has answered."""

    def __init__(self, child: Child, order: bytes, request: bytes, news: News | None) -> None:
        self._news = news
        self.child = child
        self._order = order
        self._request = request
        self._sending = Lock()
        self._sent = self._stop = self._answered = False

    def answer(self) -> bytes | None:
        """Sends the request and waits for the answer. None if the child ended without one."""
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
        """Asks the task to stop. It sees this when it next looks, and answers with the best that it has."""
        with self._sending:
            self._stop = True
            if not self._sent or self._answered:
                return
            try:
                self.child.channel.send_bytes(child_main.STOP)
            except OSError:
                return  # it has ended already
