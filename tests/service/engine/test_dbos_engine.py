"""The contract of the job engine, held against the real one: nothing lost, nothing run for ever."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.processes import PATIENCE_S, eventually
from warpack.service.engine import Handler, TaskKey
from warpack.service.engine.dbos_engine import DbosEngine

_WORKER = """
import asyncio, os, signal, sys, time
from pathlib import Path
from warpack.service.engine.dbos_engine import DbosEngine
folder, how = Path(sys.argv[1]), sys.argv[2]

async def handle(task_id):
    (folder / f"begun-{task_id}-{os.getpid()}").touch()
    if how == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    await asyncio.sleep(600)

engine = DbosEngine(f"sqlite:///{folder / 'engine.sqlite'}", folder / "live", all_queues=("solve",), queues=("solve",),
                    concurrency=2)
engine.start({"solve": handle})
time.sleep(600)
"""


@contextmanager
def engine(folder: Path, handler: Handler, queues: tuple[str, ...] = ("solve",)) -> Iterator[DbosEngine]:
    made = DbosEngine(
        f"sqlite:///{folder / 'engine.sqlite'}",
        folder / "live",
        all_queues=("solve", "validate"),
        queues=queues,
        concurrency=2,
    )
    made.start({"solve": handler})
    try:
        yield made
    finally:
        made.stop()


def worker_process(folder: Path, how: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _WORKER, str(folder), how], cwd=Path.cwd())


async def nothing(_: str) -> None:
    return


def test_a_task_submitted_twice_is_handled_once(tmp_path: Path) -> None:
    handled = []

    async def handle(task_id: str) -> None:
        handled.append(task_id)

    task = TaskKey("solve", "one", "solve")
    with engine(tmp_path, handle) as running:
        running.submit(task)
        running.submit(task)
        eventually(lambda: running.fates((task,))[task] == "done", "the task is done")
        running.submit(task)
    assert handled == ["one"]


def test_a_handler_may_submit_what_follows_from_its_task(tmp_path: Path) -> None:
    first, second = TaskKey("solve", "first", "solve"), TaskKey("solve", "second", "solve")

    async def hand_on(task_id: str) -> None:
        if task_id == "first":
            await asyncio.to_thread(running.submit, second)

    with engine(tmp_path, hand_on) as running:
        running.submit(first)
        eventually(lambda: running.fates((first, second)) == {first: "done", second: "done"}, "both are done")


def test_fates_of_tasks_that_wait_that_broke_and_that_never_were(tmp_path: Path) -> None:
    async def breaks(_: str) -> None:
        raise RuntimeError("on purpose")

    broken, waiting, unknown = TaskKey("solve", "b", "solve"), TaskKey("solve", "w", "validate"), TaskKey("solve", "u")
    with engine(tmp_path, breaks) as running:
        running.submit(broken)
        running.submit(waiting)
        eventually(lambda: running.fates((broken,))[broken] == "broke", "the task broke")
        assert running.fates((waiting, unknown)) == {waiting: "waiting", unknown: "unknown"}
        assert running.fates(()) == {}


def test_stopping_cancels_the_handlers_and_leaves_their_tasks_to_the_next_engine(tmp_path: Path) -> None:
    seen = []

    async def endless(_: str) -> None:
        seen.append("begun")
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    task = TaskKey("solve", "one", "solve")
    with engine(tmp_path, endless) as running:
        running.submit(task)
        eventually(lambda: seen == ["begun"], "the handler runs")
    assert seen == ["begun", "cancelled"]
    with engine(tmp_path, nothing) as running:
        eventually(lambda: running.fates((task,))[task] == "done", "the next engine did the task")


def test_the_tasks_of_a_killed_worker_are_taken_over(tmp_path: Path) -> None:
    task = TaskKey("solve", "one", "solve")
    with engine(tmp_path, nothing, queues=()) as submitting:
        submitting.submit(task)
    process = worker_process(tmp_path, "sleeps")
    eventually(lambda: list(tmp_path.glob("begun-one-*")), "the worker is at the task")
    process.kill()
    process.wait()
    with engine(tmp_path, nothing) as running:
        eventually(lambda: running.fates((task,))[task] == "done", "another worker did the task")


def test_a_task_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    task = TaskKey("solve", "one", "solve")
    with engine(tmp_path, nothing, queues=()) as submitting:
        submitting.submit(task)
        for _ in range(4):
            process = worker_process(tmp_path, "dies")
            process.wait(PATIENCE_S)
        assert len(list(tmp_path.glob("begun-one-*"))) == 4
        last = worker_process(tmp_path, "dies")
        eventually(lambda: submitting.fates((task,))[task] == "crashed", "the task is given up")
        last.kill()
        last.wait()
    assert len(list(tmp_path.glob("begun-one-*"))) == 4
