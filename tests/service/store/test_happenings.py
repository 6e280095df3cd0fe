"""What ended is found once each, in batches, also where an id appears after a greater one."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import insert

from tests.helpers.stored import made_ready, order
from warpack.service.store import Store, happenings
from warpack.service.store.happenings import Happenings, Mark
from warpack.service.store.records import now
from warpack.service.store.tables import events


def add(store: Store, event_id: int, solve_id: str) -> None:
    with store._database.writing() as connection:
        connection.execute(
            insert(events).values(id=event_id, solve_id=solve_id, kind="failed", document="{}", at=now())
        )


def test_happenings_come_in_batches_and_each_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happenings, "_BATCH", 2)
    mark = store.happenings.now()
    for letter in "abc":
        made_ready(store, order(sha256=letter * 64))
    solves: Counter[str] = Counter()
    levels: Counter[tuple[str, str]] = Counter()
    for _ in range(20):
        mark, happened = store.happenings.after(mark)
        solves += happened.solves
        levels += happened.levels
    assert (solves, levels) == ({"solved": 3}, {("static", "passed"): 3})
    assert mark == store.happenings.now()


def test_an_event_that_is_committed_late_is_found_until_it_is_given_up(store: Store) -> None:
    job = store.jobs.get(made_ready(store, order()))
    assert job is not None
    clock = [0.0]
    reader = Happenings(store._database, clock=lambda: clock[0])
    start = reader.now()
    add(store, start.last + 3, job.solve_id)
    mark, happened = reader.after(start)
    assert happened.solves == {"failed": 1}
    assert set(mark.missed) == {start.last + 1, start.last + 2}
    add(store, start.last + 1, job.solve_id)
    mark, happened = reader.after(mark)
    assert happened.solves == {"failed": 1}
    assert set(mark.missed) == {start.last + 2}
    clock[0] = 61.0
    mark, _ = reader.after(mark)
    assert mark == Mark(start.last + 3)
