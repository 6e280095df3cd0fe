"""The tasks of a batch are handed over after its caller was answered. What is left of them waits for nobody long."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from tests.helpers.stored import order
from warpack.service.api.node import handing_over
from warpack.service.api.node.handing_over import WITHIN_S, HandingOver
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store import Store
from warpack.service.store.records import Taken, Task


def batch(store: Store, count: int) -> list[Task]:
    orders = [replace(order(sha256=f"{number:064d}"), handed_over_in_s=WITHIN_S) for number in range(count)]
    taken = [one for one in store.jobs.take_all(orders) if isinstance(one, Taken)]
    return [one.task for one in taken if one.task is not None]


class Handed:
    """Notes what is handed over. Each hand-over waits until it may go on."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tasks: list[Task] = []
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def submit(self, task: Task) -> None:
        self.begun.set()
        self.may_go_on.wait()
        self.tasks.append(task)
        self.store.tasks.submitted(task)


def test_a_node_that_stops_leaves_the_rest_to_the_others_at_once(store: Store) -> None:
    tasks, runner = batch(store, 4), Handed(store)

    async def stop_at_the_first() -> None:
        handing = HandingOver(cast(JobRunner, runner))
        handing.begin(tasks)
        await asyncio.to_thread(runner.begun.wait)
        closing = asyncio.ensure_future(handing.close())
        await asyncio.sleep(0)
        runner.may_go_on.set()
        await closing

    asyncio.run(stop_at_the_first())
    assert runner.tasks == tasks[:1]
    store.tasks.put_off(tasks[:1], -60.0)  # changes nothing: the engine has it
    assert due_within(store, 0.0) == {task.id for task in tasks[1:]}


def test_a_slow_node_keeps_what_it_is_handing_over_to_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "_PUT_OFF_EVERY_S", -1.0)
    monkeypatch.setattr(handing_over, "WITHIN_S", 100.0)
    tasks = batch(store, 3)
    assert due_within(store, WITHIN_S) == {task.id for task in tasks}
    seen: list[set[str]] = []

    def submit(task: Task) -> None:
        seen.append(due_within(store, WITHIN_S))
        store.tasks.submitted(task)

    runner = SimpleNamespace(store=store, submit=submit)

    async def hand_over() -> None:
        handing = HandingOver(cast(JobRunner, runner))
        handing.begin(tasks)
        await asyncio.gather(*handing._under_way)

    asyncio.run(hand_over())
    assert seen == [set(), set(), set()]


def due_within(store: Store, seconds: float) -> set[str]:
    """The solves that the engine was not given, and that any process hands over after so many seconds."""
    query = "SELECT id FROM solves WHERE submitted <= attempt AND due <= "
    now = "(julianday('now') - 2440587.5) * 86400.0" if store._database.is_sqlite else "extract(epoch FROM now())"
    with store._database.reading() as connection:
        return set(connection.exec_driver_sql(f"{query} {now} + {seconds}").scalars())
