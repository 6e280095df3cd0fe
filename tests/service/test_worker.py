"""How a worker takes the signals that end it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.helpers.processes import PATIENCE_S
from warpack.service.worker import _work


class Stub:
    """A runner without tasks. `stop` waits until it is to hurry, if it is `slow`."""

    def __init__(self, *, slow: bool = False) -> None:
        self.hurry = threading.Event()
        self.slow = slow
        self.did: list[str] = []

    def start(self) -> None:
        self.did.append("start")

    def stop(self) -> None:
        if self.slow:
            _terminate()
            assert self.hurry.wait(PATIENCE_S)
        self.did.append("stop")


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _another_thread_gets_signals() -> Iterator[None]:
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        ended.set()
        other.join()


def test_a_signal_ends_the_work_though_another_thread_gets_it() -> None:
    runner = Stub()
    with _another_thread_gets_signals():
        _work(runner, threading.Event(), ready=_terminate)
    assert runner.did == ["start", "stop"]


def test_a_second_signal_makes_it_hurry() -> None:
    runner = Stub(slow=True)
    _work(runner, threading.Event(), ready=_terminate)
    assert runner.did == ["start", "stop"]


def test_the_handlers_of_before_are_back_after_the_work() -> None:
    before = signal.getsignal(signal.SIGTERM)
    stop = threading.Event()
    stop.set()
    _work(Stub(), stop, ready=None)
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.set_wakeup_fd(-1) == -1
