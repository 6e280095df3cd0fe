"""How often DBOS looks for tasks: often while tasks come, seldom at rest, and at once when a task is handed over here.

DBOS looks at a queue at one interval for all processes. From a long interval it comes back to a short one by a tenth at
each look, which takes ten seconds from 1 s to 0.05 s. So DBOS always has the short interval, and its threads are held
here before they take a connection.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from sqlalchemy import QueuePool

POLL_S = 0.05
"""The interval that DBOS has."""
_AT_REST_S, _AWAKE_S = 1.0, 2.0
_PASS_S = 0.04
"""A look takes several connections one after another, and is not held between them. Shorter than `POLL_S`."""
_LOOKING = "queue-worker-"
"""How the names of DBOS's threads that look at a queue begin."""


class Pace:
    """For all threads of one engine. At rest each looks every `at_rest_s`; after a task for `awake_s` as often as it
    asks."""

    def __init__(self, at_rest_s: float = _AT_REST_S, awake_s: float = _AWAKE_S) -> None:
        self._at_rest_s, self._awake_s = at_rest_s, awake_s
        self._change = threading.Condition()
        self._awake_until = 0.0
        self._ended = False
        self._passed = threading.local()
        self.held = 0
        """The number of threads that are held now."""

    def wake(self) -> None:
        """There is a task, or a free place for one: all threads look now, and often for some time."""
        with self._change:
            self._awake_until = time.monotonic() + self._awake_s
            self._change.notify_all()

    def end(self) -> None:
        """No thread is held any longer."""
        with self._change:
            self._ended = True
            self._change.notify_all()

    def hold(self) -> None:
        """Holds the calling thread until it may look. Returns at once in a thread that does something else."""
        if not threading.current_thread().name.startswith(_LOOKING):
            return
        passed_at = getattr(self._passed, "at", -self._at_rest_s)
        if time.monotonic() < passed_at + _PASS_S:
            return
        with self._change:
            self.held += 1
            self._change.wait_for(self._may_look, max(passed_at + self._at_rest_s - time.monotonic(), 0.0))
            self.held -= 1
        self._passed.at = time.monotonic()

    def _may_look(self) -> bool:
        return self._ended or time.monotonic() < self._awake_until


def paced_pool(pace: Pace) -> type[QueuePool]:
    """A pool of connections. A thread that looks for tasks is held before it gets one."""

    class PacedPool(QueuePool):
        def connect(self) -> Any:
            pace.hold()
            return super().connect()

    return PacedPool
