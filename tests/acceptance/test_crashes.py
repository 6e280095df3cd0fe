"""Processes that die, and jobs that are called off: nothing is lost, doubled, or left running."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.processes import descendants, eventually, lives
from tests.helpers.service_process import finished, held_up, service, worker
from warpack.solver import load_manifest, read_layout, verify


def rows(data_dir: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(data_dir / "warpack.sqlite")) as connection:
        return connection.execute(query).fetchall()


def test_kill_9_in_the_middle_of_a_solve_leaves_no_child_and_the_job_is_done_once_after_a_new_start(
    tmp_path: Path,
) -> None:
    manifest = hard_manifest(time_limit_s=600)
    with service(tmp_path) as first, first.client() as client:
        job = client.submit(manifest)
        eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
        eventually(lambda: len(descendants(first.process.pid)) >= 4, "two fork servers, guard and solver run")
        below = descendants(first.process.pid)
        first.kill_9()
        eventually(lambda: not any(lives(pid) for pid in below), "no child survived")
    with service(tmp_path, plain=True, solve_s=0.5) as second, second.client() as client:
        done = finished(client, job)
        assert (done["state"], done["problem"]) == ("ready", None)
        assert done["layout"]["status"] == "feasible"
        assert verify(load_manifest(manifest), read_layout(done["layout"])).passed
    assert rows(tmp_path, "SELECT count(*), max(attempt) FROM solves") == [(1, 2)]
    assert rows(tmp_path, "SELECT count(*) FROM layouts") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM validations") == [(1,)]


def test_a_second_process_does_the_work_of_a_service_that_only_answers(tmp_path: Path) -> None:
    manifest = hard_manifest(boxes=2)
    with service(tmp_path, workers=0) as answering, answering.client() as client:
        job = held_up(client, client.submit(manifest), "queued")
        assert job["waiting_for"]["capability"] == "worker"
        assert client.devices()["workers"] == []
        with worker(tmp_path, plain=True):
            assert len(client.devices()["workers"]) == 1
            assert finished(client, job)["state"] == "ready"
        assert client.devices()["workers"] == []


def test_a_worker_that_dies_is_replaced_by_another(tmp_path: Path) -> None:
    with service(tmp_path, workers=0) as answering, answering.client() as client:
        with worker(tmp_path, plain=True) as first:
            job = client.submit(hard_manifest(time_limit_s=600))
            eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
            first.kill()
            first.wait()
        with worker(tmp_path, plain=True, solve_s=0.5):
            assert finished(client, job)["state"] == "ready"
    assert rows(tmp_path, "SELECT count(*) FROM layouts") == [(1,)]


def test_a_cancelled_solve_hands_over_its_best_and_ends(tmp_path: Path) -> None:
    manifest = hard_manifest(time_limit_s=600)
    with service(tmp_path, plain=True) as running, running.client() as client:
        before = descendants(running.process.pid)  # some of them may still end: they were for the start
        job = client.submit(manifest)
        eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
        eventually(lambda: len(descendants(running.process.pid) - before) >= 2, "guard and solver run")
        children = descendants(running.process.pid) - before
        cancelled = client.cancel(job["id"])
        assert cancelled["state"] == "cancelled"
        best = cancelled["best_so_far"]
        assert best["validation"]["level"] == "none"
        assert verify(load_manifest(manifest), read_layout(best)).passed
        eventually(lambda: len([pid for pid in children if not lives(pid)]) >= 2, "guard and solver are gone")
        again = client.get(job["id"])
        assert (again["layout"], again["best_so_far"]) == (None, best)
        (listed,) = client.list()["layouts"]
        assert listed["links"] == again["links"]
        assert [name for name in again["links"] if again["links"][name]] == ["self", "manifest", "layout.svg"]
        pictured = httpx2.get(f"{running.url}{again['links']['layout.svg']}", params={"view": "card"})
        assert (pictured.status_code, "Best found." in pictured.text) == (200, True)
        chart = httpx2.get(f"{running.url}/v1/layouts/{job['id']}/chart")
        assert chart.json()["regions"][0]["size_bytes"] == best["launch"]["run_bytes"]
        for file in ("allocators.py", "allocators_checked.py", "bundle.zip"):
            assert httpx2.get(f"{running.url}/v1/layouts/{job['id']}/{file}").status_code == 409


def test_stopping_in_order_ends_every_child_and_the_job_goes_on_after_a_new_start(tmp_path: Path) -> None:
    with service(tmp_path) as first, first.client() as client:
        job = client.submit(hard_manifest(time_limit_s=600))
        eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
        below = descendants(first.process.pid)
        assert first.stop() == 0
        eventually(lambda: not any(lives(pid) for pid in below), "no child survived")
    with service(tmp_path, plain=True, solve_s=0.5) as second, second.client() as client:
        assert finished(client, job)["state"] == "ready"
