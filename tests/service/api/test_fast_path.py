"""A static manifest whose caller waits is answered by the node itself: no worker is alive in these tests."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.processes import eventually
from warpack.service.api.answers.hub import Hub
from warpack.service.api.calls import orders
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.api.node import fast_path
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.records import Job
from warpack.solver import load_manifest, read_layout, verify

WAIT = {"Prefer": "wait=60"}


def test_it_is_solved_verified_and_answered_with_its_allocators(http: TestClient) -> None:
    answer = http.post("/v1/layouts", json=MANIFEST | {"name": "at once"}, headers=WAIT)
    job = answer.json()
    assert (answer.status_code, job["state"], job["validation"]["level"]) == (201, "ready", "static")
    assert verify(load_manifest(MANIFEST), read_layout(job["layout"])).passed
    assert "def " in http.get(job["links"]["allocators.py"]).text


def test_one_that_cannot_fit_is_answered_with_the_budget_that_would_do(http: TestClient) -> None:
    big = {"name": "big", "size": 30_000, "dtype": "float32"}
    answer = http.post("/v1/layouts", json=MANIFEST | {"buffers": [big]}, headers=WAIT)
    assert (answer.status_code, answer.json()["state"]) == (201, "infeasible")
    assert answer.json()["minimum_budget_bytes"] >= 120_000


def test_what_is_not_proven_in_time_goes_to_the_workers_and_nothing_is_counted(
    http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_path, "_TIME_LIMIT_S", 0.1)
    job = http.post("/v1/layouts", json=hard_manifest(), headers={"Prefer": "wait=1"}).json()
    eventually(lambda: http.get(job["links"]["self"]).json()["state"] == "queued", "it waits for a worker")
    store = http.app.state.runner.store  # type: ignore[attr-defined]
    with store._database.reading() as connection:
        solve_id = store.jobs.get(job["id"]).solve_id
        query = f"SELECT losses, attempt, submitted FROM solves WHERE id = '{solve_id}'"
        losses, attempt, submitted = connection.exec_driver_sql(query).one()
    assert (losses, attempt, submitted) == (0, 1, 2)


def test_who_waits_for_the_node_and_then_for_a_worker_waits_once(
    http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    async def without_waiting(_runner: JobRunner, _hub: Hub, job: Job, limit_s: float) -> Job:
        left.append(limit_s)
        return job

    monkeypatch.setattr(orders, "wait_for_end", without_waiting)
    monkeypatch.setattr(fast_path, "_TIME_LIMIT_S", 0.5)
    assert http.post("/v1/layouts", json=hard_manifest(2), headers={"Prefer": "wait=1"}).status_code == 202
    assert left[0] <= 0.5


@pytest.mark.parametrize("how", [{}, {"headers": WAIT | {"Prefer": "wait=1"}}])
def test_what_must_be_compiled_and_whoever_does_not_wait_is_queued(
    http: TestClient, how: dict[str, dict[str, str]]
) -> None:
    manifest = MANIFEST | {"solver": {"seed": 7 + len(how)}}
    manifest |= {"validation": "compiled"} if how else {}
    answer = http.post("/v1/layouts", json=manifest, **how)  # type: ignore[arg-type]  # headers alone
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
