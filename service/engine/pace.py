"""How often DBOS looks for tasks: often while tasks come, seldom at rest, and at once when a task is handed over here.

DBOS looks at a queue at one interval for all processes. From a long interval it comes back to a short one by a tenth at
each look, which takes ten seconds from 1 s to 0.05 s. So DBOS always has the short interval, and its threads are held
here before they take a connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any

from sqlalchemy import QueuePool

POLL_S = 0.05
"""The interval that DBOS has."""
_AT_REST_S = 1.0
_SHARE = 0.1
"""Between two looks passes this share of the time since the last task, until it is the time at rest."""
_PASS_S = 0.04
"""Who asks for a connection so soon after giving one back is in the middle of a look. Shorter than `POLL_S`."""
_LOOKING = "queue-worker-"
"""How the names of DBOS's threads that look at a queue begin."""


class Ended(Exception):
    """A thread was held when the engine stopped: it may not look any more, or it would take a task that nobody does."""

    def __init__(self) -> None:
        super().__init__("the engine has stopped")


class _Thread(threading.local):
    """When the calling thread was last let go, and when it last was in a look."""

    looked_at = used_at = -inf


class Pace:
    """For all threads of one engine, from its start to its stop. At rest each looks every `at_rest_s`."""

    def __init__(self, at_rest_s: float = _AT_REST_S, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_rest_s, self._clock = at_rest_s, clock
        self._change = threading.Condition()
        self._woken_at, self._wakes = -inf, 0
        self._ended = False
        self._thread = _Thread()
        self.held = 0
        """The number of threads that are held now."""

    def wake(self) -> None:
        """There is a task, or a free place for one: all threads look now, and often for some time."""
        with self._change:
            self._woken_at = self._clock()
            self._wakes += 1
            self._change.notify_all()

    def end(self) -> None:
        """Ends the look of every thread that is held now or later."""
        with self._change:
            self._ended = True
            self._change.notify_all()

    def hold(self) -> None:
        """Holds the calling thread until it may look. Returns at once in a thread that does something else, or that is
        in the middle of a look. Raises Ended at the end."""
        if not threading.current_thread().name.startswith(_LOOKING):
            return
        mine = self._thread
        if self._clock() < mine.used_at + _PASS_S:
            return
        with self._change:
            now, wakes = self._clock(), self._wakes
            interval_s = min((now - self._woken_at) * _SHARE, self._at_rest_s)
            wait_s = max(mine.looked_at + interval_s - now, 0.0)
            self.held += 1
            self._change.wait_for(lambda: self._ended or self._wakes != wakes, wait_s)
            self.held -= 1
            if self._ended:
                raise Ended
        mine.looked_at = mine.used_at = self._clock()

    def used(self) -> None:
        """The calling thread has given a connection back: what it takes next belongs to the same look."""
        self._thread.used_at = self._clock()


def paced_pool(pace: Pace) -> type[QueuePool]:
    """A pool of connections. A thread that looks for tasks is held before it gets one."""

    class PacedPool(QueuePool):
        def connect(self) -> Any:
            pace.hold()
            return super().connect()

    return PacedPool
