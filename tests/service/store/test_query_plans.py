"""What is asked many times a second reads an index, however much is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.helpers.stored import claim_solve, made_ready, order
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.caps import Caps
from warpack.service.store.claims import Wish

_SMALL = ("workers", "CONSTANT")
"""What a plan may read whole: there are a few rows."""


@pytest.fixture
def store(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    """On SQLite: how PostgreSQL goes about it depends on what its tables hold."""
    (tmp_path / "warpack.sqlite").write_bytes(migrated_file.read_bytes())
    opened = Store(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def scans(store: Store, asked: list[tuple[str, object]]) -> list[str]:
    """What the plans of these queries read whole."""
    found = []
    with store._database.reading() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            found += [row.detail for row in plan if row.detail.startswith("SCAN") and "INDEX" not in row.detail]
    return [each for each in found if not each.startswith(tuple(f"SCAN {name}" for name in _SMALL))]


def test_looking_for_what_waits_reads_no_finished_task(store: Store) -> None:
    job_id = made_ready(store, order())
    claim = claim_solve(store, store.jobs.take(order(sha256="c" * 64)).task)
    asked: list[tuple[str, object]] = []

    def keep(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    for engine in (store._database._readers, store._database._writers):
        event.listen(engine, "before_cursor_execute", keep)
    for whose in (None, "me"):
        for states in (("failed",), ("queued", "solving"), ("validating", "infeasible"), ("cancelled",)):
            store.jobs.newest(50, states=states, caller=whose)
        store.jobs.newest(50, manifest_sha256="c" * 64, caller=whose)
    store.tasks.unsubmitted()
    store.tasks.waiting_long(1.0)
    store.tasks.wanted((claim,))
    store.tasks.held_by("w")
    store.validations.best_on_devices()
    store.figures.now()
    store.happenings.after(store.happenings.now())
    store.retention.tidy(60.0)
    store.jobs.standing((job_id,))
    store.jobs.some((job_id,))
    store.claims.waiting(Wish(solves=True, static=True, levels=True, devices=frozenset(("9.0",))))
    store.jobs.state(job_id)
    store.jobs.take(order(sha256="d" * 64, caller="me"), Caps(10, 10))
    queries = [each for each in asked if each[0].startswith(("SELECT", "UPDATE", "DELETE"))]
    assert len(queries) > 15
    assert scans(store, queries) == []
