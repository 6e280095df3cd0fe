"""Threads that look for tasks are held at rest, and let go at once when there is one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.processes import eventually
from warpack.service.engine import TaskKey
from warpack.service.engine.dbos_engine import DbosEngine
from warpack.service.engine.pace import Pace

_NEVER_S = 1e6


class Looking:
    """A thread of this name that looks again and again. `looks`: how often it has."""

    def __init__(self, pace: Pace, name: str) -> None:
        self._pace, self.looks, self._stopping = pace, 0, threading.Event()
        self.thread = threading.Thread(target=self._look, name=name)
        self.thread.start()

    def _look(self) -> None:
        while not self._stopping.is_set():
            self._pace.hold()
            self.looks += 1

    def stop(self) -> None:
        self._stopping.set()
        self._pace.end()
        self.thread.join()


@contextmanager
def looking(pace: Pace, name: str = "queue-worker-solve") -> Iterator[Looking]:
    made = Looking(pace, name)
    try:
        yield made
    finally:
        made.stop()


def test_at_rest_a_thread_is_held_until_there_is_a_task() -> None:
    pace = Pace(at_rest_s=_NEVER_S, awake_s=0.1)
    with looking(pace) as one, looking(pace, "queue-worker-validate") as other:
        eventually(lambda: pace.held == 2, "both threads are held")
        before = one.looks, other.looks
        pace.wake()
        eventually(lambda: one.looks > before[0] and other.looks > before[1], "both look")
        eventually(lambda: pace.held == 2, "both are held again")


def test_a_thread_looks_now_and_then_without_a_task() -> None:
    pace = Pace(at_rest_s=0.1)
    with looking(pace) as one:
        eventually(lambda: pace.held == 1, "the thread is held")
        before = one.looks
        eventually(lambda: one.looks > before, "it looks again")


def test_a_thread_that_does_something_else_is_never_held() -> None:
    pace = Pace(at_rest_s=_NEVER_S, awake_s=0.1)
    with looking(pace, "warpack-upkeep") as one:
        eventually(lambda: one.looks > 1000, "it goes on")
        assert pace.held == 0


def test_at_the_end_nothing_is_held() -> None:
    pace = Pace(at_rest_s=_NEVER_S, awake_s=0.1)
    with looking(pace) as one:
        eventually(lambda: pace.held == 1, "the thread is held")
        before = one.looks
        pace.end()
        eventually(lambda: one.looks > before + 1000, "it goes on")


def test_the_engine_rests_and_a_task_that_is_handed_over_wakes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.engine.dbos_engine.Pace", lambda: pace)
    pace, queues, handled = Pace(at_rest_s=_NEVER_S, awake_s=0.1), ("solve", "validate"), []

    async def handle(task_id: str) -> None:
        handled.append(task_id)

    url = f"sqlite:///{tmp_path / 'engine.sqlite'}"
    engine = DbosEngine(url, "one", all_queues=queues, queues=queues, places=dict.fromkeys(queues, 1))
    engine.start({"solve": handle, "validate": handle})
    try:
        for kind in queues:
            eventually(lambda: pace.held >= len(queues), "the threads of all queues are held")
            engine.submit(TaskKey(kind, f"one to {kind}", kind))
            eventually(lambda kind=kind: handled[-1:] == [f"one to {kind}"], "the task is done")
    finally:
        engine.stop()
