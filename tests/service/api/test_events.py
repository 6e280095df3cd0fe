"""The event stream of a job: every change once, in order, resumed by the id of the last one seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from warpack.service.api import create_app
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.settings import Settings
from warpack.service.store.records import Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict


def events(http: TestClient, job_id: str, **headers: str) -> list[dict[str, Any]]:
    """Of a stream that ends: name, id and data."""
    answer = http.get(f"/v1/layouts/{job_id}/events", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        found.append({"event": fields["event"], "id": fields["id"], "data": json.loads(fields["data"])})
    return found


def make_ready(runner: JobRunner, job_id: str) -> None:
    job = runner.store.jobs.get(job_id)
    assert job is not None
    solve = runner.store.solves.claim(Task("solve", job.solve_id), "w")
    assert solve is not None
    runner.store.solves.tell(solve, {"run_bytes": 64})
    (task,) = runner.store.solves.deliver(solve, SolvedLayout("optimal", "b" * 64, None, '{"name": ""}'))
    validation = runner.store.validations.claim(task, "w")
    assert validation is not None
    runner.store.validations.deliver(validation, Verdict("static", (), '{"name": ""}', {}))


def test_a_stream_tells_every_change_once_and_goes_on_after_the_last_one_seen(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, workers=0))
    with client_of(app) as http:
        job = http.post("/v1/layouts", json=MANIFEST).json()
        make_ready(app.state.runner, job["id"])
        told = events(http, job["id"])
        assert [each["event"] for each in told] == [
            "queued", "solving", "incumbent", "validating", "validating", "ready"
        ]  # fmt: skip
        assert told[2]["data"]["run_bytes"] == 64
        assert {each["data"]["job"] for each in told} == {job["id"]}
        ids = [int(each["id"]) for each in told]
        assert ids == sorted(set(ids))
        assert events(http, job["id"], **{"Last-Event-ID": told[3]["id"]}) == told[4:]
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        assert events(http, job["id"], **{"Last-Event-ID": told[3]["id"]}) == told[4:]


def test_each_order_is_told_its_own_end(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, workers=0))
    with client_of(app) as http:
        mine = http.post("/v1/layouts", json=MANIFEST).json()
        yours = http.post("/v1/layouts", json=MANIFEST).json()
        http.delete(mine["links"]["self"])
        assert [each["event"] for each in events(http, mine["id"])] == ["queued", "cancelled"]
        make_ready(app.state.runner, yours["id"])
        assert "cancelled" not in [each["event"] for each in events(http, yours["id"])]


def test_an_unknown_job_and_a_bad_event_id_are_errors_and_no_streams(http: TestClient) -> None:
    answer = http.get(f"/v1/layouts/{28 * '0'}/events")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:warpack:problem:not-found")
    job = http.post("/v1/layouts", json=MANIFEST).json()
    answer = http.get(f"/v1/layouts/{job['id']}/events", headers={"Last-Event-ID": "none"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:bad-parameter")
