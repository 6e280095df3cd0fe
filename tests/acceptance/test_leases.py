"""Processes that stop, hang, end in order and die, on either database: one result each time, and nobody waits long."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.acceptance import kill_trial
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.postgres import Server
from tests.helpers.processes import eventually
from tests.helpers.service_process import finished, service, worker
from warpack.service.settings import Settings
from warpack.service.store import Store


def test_a_stopped_worker_is_replaced_once_its_lease_is_over_and_what_it_then_says_is_not_heard(
    settings: Settings, store: Store
) -> None:
    url = settings.database_url
    with service(settings.data_dir, workers=0, database_url=url) as answering, answering.client() as client:
        with worker(settings.data_dir, database_url=url, plain=True) as stopped:
            job = client.submit(hard_manifest(time_limit_s=3))
            eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
            os.kill(stopped.pid, signal.SIGSTOP)
            with worker(settings.data_dir, database_url=url, plain=True, solve_s=0.5):
                ended = finished(client, job)
                os.kill(stopped.pid, signal.SIGCONT)
                assert ended["state"] == "ready"
                entered = eventually(lambda: len(client.devices()["workers"]) == 2, "it is entered again")
                assert entered
        assert client.get(job["id"])["layout"] == ended["layout"]
    events = store.events.of_order(job["id"], _solve_of(store, job["id"]), None)
    told = [event.kind for event in events if event.kind != "incumbent"]
    assert told == ["queued", "solving", "queued", "solving", "validating"]


def test_orderly_restarts_lose_no_attempt(settings: Settings, store: Store) -> None:
    url = settings.database_url
    with service(settings.data_dir, workers=0, database_url=url) as answering, answering.client() as client:
        job = client.submit(hard_manifest(time_limit_s=600))
        for _ in range(2):
            with worker(settings.data_dir, database_url=url, plain=True):
                eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
            assert client.get(job["id"])["state"] == "queued"
        with worker(settings.data_dir, database_url=url, plain=True, solve_s=0.5):
            assert finished(client, job)["state"] == "ready"
    with store._database.reading() as connection:
        losses, attempt = connection.exec_driver_sql("SELECT losses, attempt FROM solves").one()
    assert losses == 0
    assert attempt >= 3


def test_who_cancels_takes_nothing_from_another_who_asked_for_the_same(tmp_path: Path) -> None:
    with service(tmp_path, workers=0) as running, running.client() as client, worker(tmp_path, plain=True):
        mine = client.submit(hard_manifest(time_limit_s=4))
        yours = client.submit(hard_manifest(time_limit_s=4))
        assert mine["id"] != yours["id"]
        eventually(lambda: client.get(mine["id"])["state"] == "solving", "the solve has begun")
        assert client.cancel(mine["id"])["state"] == "cancelled"
        assert finished(client, yours)["state"] == "ready"
        assert client.get(mine["id"])["state"] == "cancelled"


def test_nothing_is_lost_or_doubled_while_processes_die(tmp_path: Path) -> None:
    kill_trial.run(tmp_path, jobs=6, kills=2)


def test_nothing_is_lost_or_doubled_while_processes_and_the_database_server_die(
    tmp_path: Path, postgres: Server
) -> None:
    kill_trial.run(tmp_path, jobs=6, kills=1, postgres=postgres, crashes=1)


def _solve_of(store: Store, job_id: str) -> str:
    job = store.jobs.get(job_id)
    assert job is not None
    return job.solve_id
