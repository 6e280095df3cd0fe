"""Threads that look for tasks are held at rest, and let go at once when there is one."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from tests.helpers.processes import eventually
from warpack.service.engine import TaskKey
from warpack.service.engine.dbos_engine import DbosEngine
from warpack.service.engine.pace import Ended, Pace

_NEVER_S = 1e6
_DBOS_OWN = 1
"""DBOS has a queue of its own, whose thread is held too."""

_SUBMITS = """
import sys
from warpack.service.engine import TaskKey
from warpack.service.engine.dbos_engine import DbosEngine
engine = DbosEngine(sys.argv[1], "the other", all_queues=("solve",), queues=(), places={})
engine.start({})
print("up", flush=True)
sys.stdin.readline()
task = TaskKey("solve", "late", "solve")
engine.submit(task)
print("submitted", flush=True)
sys.stdin.readline()
print(engine.fates((task,))[task], flush=True)
engine.stop()
"""


class Looking:
    """A thread of this name that looks again and again, until its look is ended. `looks`: how often it has."""

    def __init__(self, pace: Pace, name: str) -> None:
        self._pace, self.looks, self.ended, self._stopping = pace, 0, False, threading.Event()
        self.thread = threading.Thread(target=self._look, name=name)
        self.thread.start()

    def _look(self) -> None:
        try:
            while not self._stopping.is_set():
                self._pace.hold()
                self.looks += 1
        except Ended:
            self.ended = True

    def close(self) -> None:
        self._stopping.set()
        self._pace.end()
        self.thread.join()


def looking(pace: Pace, name: str = "queue-worker-solve") -> AbstractContextManager[Looking]:
    return closing(Looking(pace, name))


def test_at_rest_threads_are_held_until_there_is_a_task() -> None:
    pace = Pace(at_rest_s=_NEVER_S)
    with looking(pace) as one, looking(pace, "queue-worker-validate") as other:
        eventually(lambda: pace.held == 2, "both threads are held")
        before = one.looks, other.looks
        pace.wake()
        eventually(lambda: one.looks > before[0] and other.looks > before[1], "both look")


def test_a_thread_looks_now_and_then_without_a_task() -> None:
    with looking(Pace(at_rest_s=0.1)) as one:
        eventually(lambda: one.looks > 0, "the thread has looked")
        before = one.looks
        eventually(lambda: one.looks > before, "it looks again")


class Watched:
    """A pace whose clock stands still, and whose threads are held in `waits_s` alone. This thread is one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.waits_s = 100.0, list[float]()
        self.pace = Pace(at_rest_s=1.0, clock=lambda: self.now)
        monkeypatch.setattr(self.pace._change, "wait_for", lambda _may, wait_s: self.waits_s.append(wait_s))
        monkeypatch.setattr(threading.current_thread(), "name", "queue-worker-solve")


def test_a_thread_looks_the_more_seldom_the_longer_there_was_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    watched.pace.wake()
    for after_s in (1.0, 2.0, 5.0, 10.0, 20.0):
        watched.now = 100.0 + after_s
        watched.pace.hold()  # looks
        watched.now += 0.05
        watched.pace.hold()  # wants to look again
    assert watched.waits_s[1::2] == pytest.approx([0.055, 0.155, 0.455, 0.95, 0.95])


def test_a_look_is_not_held_in_its_middle_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    watched.pace.hold()
    for _ in range(5):
        watched.now += 10.0  # a statement of a slow database
        watched.pace.used()
        watched.now += 0.001
        watched.pace.hold()
    assert len(watched.waits_s) == 1


def test_a_thread_that_does_something_else_is_never_held() -> None:
    pace = Pace(at_rest_s=_NEVER_S)
    with looking(pace, "warpack-upkeep") as one:
        eventually(lambda: one.looks > 1000, "it goes on")
        assert pace.held == 0


def test_at_the_end_no_thread_looks_any_more() -> None:
    pace = Pace(at_rest_s=_NEVER_S)
    with looking(pace) as one:
        eventually(lambda: pace.held == 1, "the thread is held")
        before = one.looks
        pace.end()
        eventually(lambda: one.ended, "its look has ended")
        assert one.looks == before


def test_the_engine_rests_and_a_task_that_is_handed_over_wakes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.engine.dbos_engine.Pace", lambda: pace)
    pace, queues, handled = Pace(at_rest_s=_NEVER_S), ("solve", "validate"), []

    async def handle(task_id: str) -> None:
        handled.append(task_id)

    url = f"sqlite:///{tmp_path / 'engine.sqlite'}"
    engine = DbosEngine(url, "one", all_queues=queues, queues=queues, places=dict.fromkeys(queues, 1))
    engine.start({"solve": handle, "validate": handle})
    try:
        eventually(lambda: pace.held == len(queues) + _DBOS_OWN, "the threads of all queues are held")
        for kind in queues:
            engine.submit(TaskKey(kind, f"one to {kind}", kind))
            eventually(lambda kind=kind: handled[-1:] == [f"one to {kind}"], "the task is done")
    finally:
        engine.stop()


def test_a_worker_at_rest_that_stops_takes_no_task_of_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("warpack.service.engine.dbos_engine.Pace", lambda: pace)
    pace = Pace(at_rest_s=_NEVER_S)
    url = f"sqlite:///{tmp_path / 'engine.sqlite'}"
    other = subprocess.Popen([sys.executable, "-c", _SUBMITS, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == b"up\n"

    async def never(_: str) -> None:
        raise AssertionError("it takes no task")

    engine = DbosEngine(url, "one", all_queues=("solve",), queues=("solve",), places={"solve": 1})
    engine.start({"solve": never})
    eventually(lambda: pace.held == 1 + _DBOS_OWN, "its threads are held")
    other.stdin.write(b"submit\n")
    other.stdin.flush()
    assert other.stdout.readline() == b"submitted\n"
    engine.stop(1.0)
    out, _ = other.communicate(b"\n")
    assert out == b"waiting\n"
    assert "the engine has stopped" not in capfd.readouterr().err
