"""Threads that take turns: one runs at a time, up to where it waits."""

from __future__ import annotations

import threading
from collections.abc import Callable


class TurnThread(threading.Thread):
    """Runs `body`, but only while it has the turn. It gives the turn back where it waits, and at its end. `waiting`:
    what it waits at, until its scheduler sets this to None. `error`: what ended it."""

    def __init__(self, body: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.waiting: tuple[object, ...] | None = None
        self.finished = False
        self.error: BaseException | None = None
        self._body, self._turn, self._back = body, threading.Semaphore(0), threading.Semaphore(0)

    def run(self) -> None:
        self._turn.acquire()
        try:
            self._body()
        except BaseException as error:  # its scheduler raises it
            self.error = error
        self.finished = True
        self._back.release()

    def go(self) -> None:
        """Lets the thread run until it waits, or ends."""
        if not self.is_alive():
            self.start()
        self._turn.release()
        self._back.acquire()

    def wait_at(self, meeting: tuple[object, ...]) -> None:
        """Gives the turn back. Returns when the thread has it again."""
        self.waiting = meeting
        self._back.release()
        self._turn.acquire()
