"""The contract of the job engine, held against the real one on either database."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.helpers.processes import eventually
from warpack.service.engine import Handler, TaskKey, dbos_engine
from warpack.service.engine.dbos_engine import DbosEngine

_CLOSED = RuntimeError("Event loop is closed")

_WORKER = """
import asyncio, sys, time
from pathlib import Path
from warpack.service.engine.dbos_engine import DbosEngine
folder, url = Path(sys.argv[1]), sys.argv[2]

async def handle(task_id):
    (folder / f"begun-{task_id}").touch()
    await asyncio.sleep(600)

engine = DbosEngine(url, "the other", all_queues=("solve",), queues=("solve",), places={"solve": 2})
engine.start({"solve": handle})
time.sleep(600)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.sqlite'}"
    found: str = request.getfixturevalue("postgres").new_database()
    return found.replace("postgresql:", "postgresql+psycopg:")


@contextmanager
def engine(
    url: str, handler: Handler, *, queues: tuple[str, ...] = ("solve",), concurrency: int = 2
) -> Iterator[DbosEngine]:
    made = DbosEngine(
        url, "this one", all_queues=("solve", "validate"), queues=queues, places=dict.fromkeys(queues, concurrency)
    )
    made.start({"solve": handler})
    try:
        yield made
    finally:
        made.stop()


def key(task_id: str, queue: str = "solve", turn: int = 1) -> TaskKey:
    return TaskKey("solve", task_id, queue, turn)


async def nothing(_: str) -> None:
    return


def test_a_task_submitted_twice_is_handled_once(url: str) -> None:
    handled = []

    async def handle(task_id: str) -> None:
        handled.append(task_id)

    task = key("one")
    with engine(url, handle) as running:
        running.submit(task)
        running.submit(task)
        eventually(lambda: running.fates((task,))[task] == "ended", "the task has ended")
        running.submit(task)
    assert handled == ["one"]


def test_a_handler_may_submit_what_follows_from_its_task(url: str) -> None:
    first, second = key("first"), key("second")

    async def hand_on(task_id: str) -> None:
        if task_id == "first":
            await asyncio.to_thread(running.submit, second)

    with engine(url, hand_on) as running:
        running.submit(first)
        eventually(lambda: running.fates((first, second)) == {first: "ended", second: "ended"}, "both have ended")


def test_tasks_go_in_the_order_of_their_turns(url: str) -> None:
    handled = []

    async def handle(task_id: str) -> None:
        handled.append(task_id)

    tasks = [key("late", turn=2**27 + 5), key("early", turn=7), key("first", turn=1), key("middle", turn=2**27)]
    with engine(url, nothing, queues=(), concurrency=1) as submitting:
        for task in tasks:
            submitting.submit(task)
    with engine(url, handle, concurrency=1) as running:
        eventually(lambda: set(running.fates(tuple(tasks)).values()) == {"ended"}, "all have ended")
    assert handled == ["first", "early", "middle", "late"]


def test_a_process_is_handed_as_many_at_a_time_as_was_last_said(url: str) -> None:
    begun: list[str] = []
    go_on = threading.Event()

    async def handle(task_id: str) -> None:
        begun.append(task_id)
        await asyncio.to_thread(go_on.wait)

    tasks = tuple(key(name) for name in ("one", "two", "three"))
    with engine(url, handle, concurrency=1) as running:
        for task in tasks:
            running.submit(task)
        eventually(lambda: len(begun) == 1, "the first has begun")
        running.give({"solve": 3})
        eventually(lambda: len(begun) == 3, "all have begun")
        go_on.set()


def test_fates_of_tasks_that_wait_that_broke_and_that_never_were(url: str) -> None:
    async def breaks(_: str) -> None:
        raise RuntimeError("on purpose")

    broken, waiting, unknown = key("b"), key("w", "validate"), key("u")
    with engine(url, breaks) as running:
        running.submit(broken)
        running.submit(waiting)
        eventually(lambda: running.fates((broken,))[broken] == "ended", "the task broke")
        assert running.fates((waiting, unknown)) == {waiting: "waiting", unknown: "unknown"}
        assert running.fates(()) == {}
        running.forget((waiting,))
        assert running.fates((waiting,)) == {waiting: "ended"}


def test_stopping_cancels_the_handlers(url: str) -> None:
    seen = []

    async def endless(_: str) -> None:
        seen.append("begun")
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    with engine(url, endless) as running:
        running.submit(key("one"))
        eventually(lambda: seen == ["begun"], "the handler runs")
    assert seen == ["begun", "cancelled"]


def test_what_a_killed_worker_had_is_told_and_can_be_forgotten_and_given_out_as_the_next_attempt(
    url: str, tmp_path: Path
) -> None:
    task, following = key("one-1"), key("one-2")
    with engine(url, nothing, queues=()) as submitting:
        submitting.submit(task)
    process = subprocess.Popen([sys.executable, "-c", _WORKER, str(tmp_path), url], cwd=Path.cwd())
    eventually(lambda: (tmp_path / "begun-one-1").exists(), "the worker is at the task")
    process.kill()
    process.wait()
    with engine(url, nothing) as running:
        assert running.running() == ((task, "the other"),)
        running.forget((task,))
        running.submit(following)
        eventually(lambda: running.fates((following,))[following] == "ended", "another worker did the next attempt")
        assert running.running() == ()


def test_a_pickle_that_somebody_planted_in_the_database_is_not_read(url: str, tmp_path: Path) -> None:
    class Planted:
        def __reduce__(self) -> object:
            return os.mkdir, (str(tmp_path / "owned"),)

    planted, good = key("planted"), key("good")
    with engine(url, nothing, queues=()) as submitting:
        submitting.submit(planted)
        submitting.submit(good)
    pickled = base64.b64encode(pickle.dumps({"args": (Planted(),), "kwargs": {}})).decode()
    database = create_engine(url)
    table = "workflow_status" if url.startswith("sqlite") else "dbos.workflow_status"
    with database.begin() as connection:
        changed = connection.execute(
            text(f"UPDATE {table} SET serialization = 'py_pickle', inputs = :inputs WHERE workflow_uuid = :id"),
            {"inputs": pickled, "id": str(planted)},
        )
        assert changed.rowcount == 1
    database.dispose()
    with engine(url, nothing) as running:
        eventually(lambda: running.fates((good,))[good] == "ended", "the good task has ended")
        eventually(lambda: running.fates((planted,))[planted] != "waiting", "the planted one was looked at")
    assert not (tmp_path / "owned").exists()


def test_what_has_ended_is_dropped_and_nothing_else(url: str) -> None:
    begun = asyncio.Event()

    async def handle(task_id: str) -> None:
        if task_id == "under way":
            begun.set()
            await asyncio.sleep(600)

    ended, under_way, waiting = key("ended"), key("under way"), key("waiting", "validate")
    with engine(url, handle) as running:
        for task in (ended, under_way, waiting):
            running.submit(task)
        eventually(lambda: running.fates((ended,))[ended] == "ended", "the task has ended")
        eventually(begun.is_set, "the other is under way")
        assert running.drop_ended(3600.0) == 0
        assert running.drop_ended(-3600.0) == 1
        fates = running.fates((ended, under_way, waiting))
        assert fates == {ended: "unknown", under_way: "running", waiting: "waiting"}


def test_a_task_that_was_taken_from_its_queue_during_the_stop_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    late = logging.LogRecord("dbos", logging.ERROR, "", 1, "Error executing workflow %s: %s", ("x", _CLOSED), None)
    other = logging.LogRecord("dbos", logging.ERROR, "", 1, "Error executing workflow x: no such row", (), None)
    monkeypatch.setattr(dbos_engine, "_stopping", threading.Event())
    assert dbos_engine._is_news(late)
    dbos_engine._stopping.set()
    assert not dbos_engine._is_news(late)
    assert dbos_engine._is_news(other)
