"""Workers without the database: what they are given, and that nothing they say counts without the claim's token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.helpers.for_devices import BUNDLE, found_on_device, left_to_a_device, posted, report, solved
from tests.helpers.gateway_node import QUEUE, Node, shown, type_of
from warpack.service.api.documentation.example_layout import LAYOUT
from warpack.service.jobs.gateway.wire import claim_from_json
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store import Store
from warpack.service.store.keys import Scope
from warpack.service.store.records import Job
from warpack.solver import read_layout


@pytest.fixture
def store(http: TestClient) -> Iterator[Store]:
    """Nothing waits in it, from one test to the next."""
    runner: JobRunner = http.app.state.runner  # type: ignore[attr-defined]
    yield runner.store
    for job in runner.store.jobs.newest(100):
        if not job.finished:
            runner.store.jobs.cancel(job.id)
    with runner.store._database.writing() as connection:
        for table in (
            "events",
            "reports",
            "artefacts",
            "bundles",
            "orders",
            "validations",
            "layouts",
            "solves",
            "workers",
        ):
            connection.exec_driver_sql(f"DELETE FROM {table}")


@pytest.fixture
def node(http: TestClient, store: Store) -> Node:
    made = Node(http, shown(store, "worker"))
    assert made.introduce().status_code == 201
    return made


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def for_a_device(store: Store, *, time_limit_s: float = 5.0) -> str:
    job_id, task = posted(store, "hardware", time_limit_s=time_limit_s)
    left_to_a_device(store, solved(store, task))
    return job_id


def test_a_worker_is_listed_with_its_devices_queues_and_beats(http: TestClient, store: Store, node: Node) -> None:
    assert node.beat().json() == {"wanted": []}
    listed = http.get("/v1/devices").json()
    (worker,) = listed["workers"]
    assert (worker["id"], worker["gateway"], worker["levels"], worker["queues"]) == (
        node.id,
        True,
        ["hardware"],
        {QUEUE: 2},
    )
    assert (worker["beats"], worker["versions"]) == (2, {"solver": "s-2", "validator": "v-2"})
    assert 0 <= worker["last_beat_s_ago"] <= 8
    assert listed["hardware_devices"][0]["worker"] == node.id
    node.beat(taking=False)
    assert http.get("/v1/devices").json()["workers"] == []
    assert http.delete(f"/v1/workers/{node.id}", headers=node.key).status_code == 204
    assert type_of(node.beat()) == (409, "unknown-worker")


def test_a_device_task_is_claimed_with_all_it_takes_and_delivered_once(store: Store, node: Node) -> None:
    job_id = for_a_device(store)
    answer = node.claim()
    assert answer.status_code == 200
    claim = answer.json()
    read = claim_from_json(claim)
    assert (read.bundle, read.required, read.task.kind) == (BUNDLE, "hardware", "device")
    assert node.finds_nothing(holds=(claim["token"],))
    assert node.end(claim, "found", found_on_device()).status_code == 204
    job = job_of(store, job_id)
    assert (job.state, job.level) == ("ready", "hardware")
    assert job.layout is not None
    layout = read_layout(job.layout.encode())
    assert layout.sha256 == read_layout(LAYOUT).sha256
    assert [each["level"] for each in layout.validation.reports] == ["static", "compiled", "simulated", "hardware"]
    with store._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT version FROM validations").scalar_one() == "v-2"
    for end, said in (("found", found_on_device(passed=False)), ("lost", {}), ("released", {}), ("failed", {})):
        assert type_of(node.end(claim, end, said)) == (409, "claim-over")
    assert job_of(store, job_id) == job


def test_a_token_that_is_stale_or_anothers_or_made_up_changes_nothing(
    http: TestClient, store: Store, node: Node
) -> None:
    job_id = for_a_device(store)
    first = node.claim().json()
    other = Node(http, shown(store, "worker"))
    other.introduce()
    other_one, other.id = other.id, node.id
    assert type_of(other.end(first, "found", found_on_device())) == (409, "unknown-worker")
    other.id = other_one
    assert type_of(other.end(first, "found", found_on_device())) == (409, "claim-over")
    assert type_of(node.end(first, "found", found_on_device(), token="0" * 32)) == (409, "claim-over")
    assert node.end(first, "lost", {"said": "the driver was reset"}).status_code == 204
    second = other.claim().json()
    assert second["task"]["attempt"] == first["task"]["attempt"] + 1
    assert type_of(node.end(first, "found", found_on_device())) == (409, "claim-over")
    assert job_of(store, job_id).state == "validating"
    assert other.end(second, "found", found_on_device(passed=False)).status_code == 204
    assert job_of(store, job_id).state == "failed"


def test_a_beat_brings_what_was_called_off(store: Store, node: Node) -> None:
    job_id = for_a_device(store)
    token = node.claim().json()["token"]
    assert node.beat(token).json() == {"wanted": [token]}
    store.jobs.cancel(job_id)
    assert node.beat(token).json() == {"wanted": []}


@pytest.mark.parametrize("told_by", ["beat", "claim", "leave"])
def test_what_a_worker_never_got_is_released_and_not_counted(
    http: TestClient, store: Store, node: Node, told_by: str
) -> None:
    job_id = for_a_device(store)
    first = node.claim().json()
    assert node.beat(claiming=True).json() == {"wanted": []}
    if told_by == "beat":
        node.beat()
    elif told_by == "leave":
        http.delete(f"/v1/workers/{node.id}", headers=node.key)
        node.introduce()
    again = node.claim().json()
    assert again["task"]["attempt"] == first["task"]["attempt"] + 1
    for _ in range(3):
        node.beat()
        assert node.claim().status_code == 200
    assert job_of(store, job_id).state == "validating"  # three losses would have ended it


def test_only_what_a_worker_takes_is_given_to_it(store: Store, node: Node) -> None:
    _, task = posted(store, "static")
    assert node.finds_nothing()
    assert node.finds_nothing("solve")  # it did not introduce itself for that
    for_a_device(store, time_limit_s=9.0)
    sm90 = Node(node.http, node.key)
    sm90.introduce("gpu-sm90", "solve")
    assert sm90.finds_nothing("gpu-sm90")
    assert sm90.claim("gpu-sm90", "solve").json()["task"]["id"] == task.id
    assert node.claim().json()["task"]["kind"] == "device"


def test_a_solve_and_its_validation_can_be_done_from_afar(store: Store, http: TestClient) -> None:
    node = Node(http, shown(store, "worker"))
    node.introduce("solve", "validate")
    job_id, _ = posted(store, "static")
    claim = node.claim("solve").json()
    assert node.end(claim, "incumbent", {"run_bytes": 64, "seconds": 0.1, "job": "another"}).status_code == 204
    assert type_of(node.end(claim, "incumbent", {"run_bytes": "many"})) == (422, "bad-request")
    layout = read_layout(LAYOUT)
    said = {
        "status": "infeasible",
        "layout_sha256": "0" * 64,
        "minimum_budget_bytes": 1,
        "document": json.dumps(LAYOUT),
    }
    assert node.end(claim, "found", said).status_code == 204
    job = job_of(store, job_id)
    assert job.state == "validating"  # what the layout itself says counts
    static = node.claim("solve").json()
    found = {
        "level": "static",
        "passed": True,
        "reports": [report("static")],
        "document": json.dumps({"forged": True}),
        "artefacts": {"allocators.py": "import os", "evil.py": "import os"},
        "bundle": None,
    }
    assert node.end(static, "found", found).status_code == 204
    job = job_of(store, job_id)
    assert job.layout is not None
    assert read_layout(job.layout.encode()).sha256 == layout.sha256
    assert "import os" not in (store.jobs.artefacts(job_id).get("allocators.py", "import os"))
    assert "evil.py" not in store.jobs.artefacts(job_id)
    kinds = [event.kind for event in store.events.of_order(job_id, job.solve_id, job.validation_id)]
    assert "incumbent" in kinds


def _without_ran() -> dict[str, Any]:
    return found_on_device() | {"reports": [report("hardware") | {"detail": {}}]}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({}, "'reports' is missing"),
        ([], "it is not an object"),
        ({"reports": {}}, "not a list of reports"),
        (found_on_device() | {"reports": [report("static")]}, "a level that was not asked for"),
        (found_on_device() | {"reports": [report("hardware")] * 2}, "are of one level"),
        (found_on_device() | {"reports": []}, "one report"),
        (found_on_device() | {"reports": [report("hardware") | {"findings": [{"message": "?"}]}]}, "has findings"),
        (found_on_device(ran=False), "it passed although the device did not run it"),
        (_without_ran(), "'ran' is missing"),
        (found_on_device() | {"reports": [report("hardware") | {"seconds": float("nan")}]}, "NaN is not a number"),
        (found_on_device() | {"reports": [report("hardware") | {"note": "\ud800"}]}, "surrogates not allowed"),
        (found_on_device() | {"reports": 3 * [[[]]]}, "a level that was not asked for"),
    ],
)
def test_what_is_no_result_is_refused_and_the_claim_stands(store: Store, node: Node, found: Any, why: str) -> None:
    job_id = for_a_device(store)
    claim = node.claim().json()
    answer = node.end(claim, "found", found)
    assert type_of(answer) == (422, "bad-delivery")
    assert why in answer.json()["detail"]
    assert job_of(store, job_id).state == "validating"
    assert node.beat(claim["token"]).json() == {"wanted": [claim["token"]]}


def test_a_failure_ends_the_job_with_a_type_that_is_known_and_without_paths(store: Store, node: Node) -> None:
    job_id = for_a_device(store)
    said = {"type": "solver-overdue", "title": "No", "detail": "File /home/node/secret/thing.py failed"}
    assert node.end(node.claim().json(), "failed", said).status_code == 204
    problem = json.loads(job_of(store, job_id).problem or "{}")
    assert problem["type"] == "urn:warpack:problem:validator-crashed"
    assert problem["detail"] == "File …/thing.py failed"


def test_best_falls_back_where_the_device_could_not_run(store: Store, node: Node) -> None:
    job_id, task = posted(store, "best")
    left_to_a_device(store, solved(store, task))
    assert node.end(node.claim().json(), "found", found_on_device(passed=False, ran=False)).status_code == 204
    assert (job_of(store, job_id).state, job_of(store, job_id).level) == ("ready", "simulated")


@pytest.mark.parametrize("scope", ["submit", "read", None])
def test_these_calls_want_a_key_for_workers(http: TestClient, store: Store, scope: Scope | None) -> None:
    node = Node(http, {} if scope is None else shown(store, scope))
    assert type_of(node.introduce()) == (403, "forbidden")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"queues": {}},
        {"queues": {"bake": 1}},
        {"queues": ["solve"]},
        {"queues": {"solve": 0}},
        {"queues": {"solve": 1}, "versions": {"x": "y" * 65}},
        {"queues": {"gpu-sm86": 1}, "devices": [{"name": "a GPU without an architecture"}]},
        {"queues": {"gpu-sm86": 1}, "devices": [{"name": "a GPU", "compute_capability": 8.6}]},
        {"queues": {"gpu-sm86": 1}, "devices": [{"name": "x", "compute_capability": "8.6", "sanitizer": 0}]},
        {"queues": {"solve": "1"}},
        {"queues": {"solve": True}},
    ],
)
def test_an_introduction_with_faults_is_told_them(http: TestClient, store: Store, said: dict[str, Any]) -> None:
    answer = http.post("/v1/workers", json=said, headers=shown(store, "worker"))
    assert type_of(answer) == (422, "bad-request")
    assert answer.json()["errors"]
    assert type_of(http.post("/v1/workers", content="{", headers=shown(store, "worker"))) == (400, "not-json")
