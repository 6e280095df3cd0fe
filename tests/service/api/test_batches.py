"""Many manifests in one call: each is an order of its own, with an answer or errors for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.helpers.processes import eventually
from warpack.service.api import create_app
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.settings import Settings
from warpack.service.store.keys import Scope
from warpack.service.store.records import Priority

PATH = "/v1/layouts:batch"


@pytest.fixture
def http(tmp_path: Path) -> Iterator[TestClient]:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0, max_orders_per_key=5))) as client:
        yield client


def key(http: TestClient, priority: Priority = "normal") -> dict[str, str]:
    scopes: frozenset[Scope] = frozenset(("submit", "read"))
    store = http.app.state.runner.store  # type: ignore[attr-defined]
    return {"Authorization": f"Bearer {store.keys.make('a test', scopes, lasts_s=None, priority=priority)}"}


def manifest(number: int, **fields: Any) -> dict[str, Any]:
    return {**MANIFEST, "buffers": [{**MANIFEST["buffers"][0], "size": number + 1}], **fields}


def listed(http: TestClient, shown: dict[str, str] | None = None) -> int:
    return len(http.get("/v1/layouts", headers=shown).json()["layouts"])


def test_each_manifest_is_an_order_and_a_bad_one_takes_nothing_from_the_others(http: TestClient) -> None:
    body = {"manifests": [manifest(0), manifest(-2), manifest(0), "text", manifest(1, name="ü")]}
    answer = http.post(PATH, json=body)
    assert answer.status_code == 200
    first, bad, again, text, last = answer.json()["layouts"]
    assert [one["status"] for one in (first, bad, again, text, last)] == [202, 422, 202, 422, 202]
    assert len({one["job"]["id"] for one in (first, again, last)}) == 3
    assert first["job"]["manifest_sha256"] == again["job"]["manifest_sha256"]
    assert last["job"]["name"] == "ü"
    assert bad["problem"]["type"] == "urn:warpack:problem:bad-manifest"
    assert [error["pointer"] for error in bad["problem"]["errors"]] == ["/buffers/0/size"]
    assert text["problem"]["errors"][0]["type"] == "wrong-type"
    assert http.get(last["job"]["links"]["manifest"]).json()["buffers"][0]["size"] == 2
    store = http.app.state.runner.store  # type: ignore[attr-defined]
    eventually(lambda: [task.attempt for task in store.tasks.waiting_long(-99.0)] == [1, 1], "the work is handed over")


def test_what_is_stored_is_answered_at_once(http: TestClient) -> None:
    ready = http.post("/v1/layouts", json=manifest(0), headers={"Prefer": "wait=30"}).json()
    found, other = http.post(PATH, json={"manifests": [manifest(0), manifest(1)]}).json()["layouts"]
    assert (found["status"], found["job"]["id"], found["job"]["state"]) == (200, ready["id"], "ready")
    assert other["status"] == 202


def test_the_same_batch_again_gets_the_same_jobs(http: TestClient) -> None:
    again = {"Idempotency-Key": "k"}
    body = {"manifests": [manifest(0), manifest(-2), manifest(1)]}
    ids = [one.get("job", {}).get("id") for one in http.post(PATH, json=body, headers=again).json()["layouts"]]
    assert [one.get("job", {}).get("id") for one in http.post(PATH, json=body, headers=again).json()["layouts"]] == ids
    assert ids.count(None) == 1
    for other in ({"manifests": [manifest(0)]}, {"manifests": [manifest(3), manifest(0)]}):
        refused = http.post(PATH, json=other, headers=again)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:warpack:problem:idempotency-key-reused")
    assert listed(http) == 2
    assert http.post(PATH, json=body, headers=again | key(http)).json()["layouts"][0]["job"]["id"] not in ids


def test_what_there_is_no_place_for_is_told_and_taken_when_the_batch_comes_again(http: TestClient) -> None:
    mine = key(http)
    body = {"manifests": [manifest(number) for number in range(7)]}
    entries = http.post(PATH, json=body, headers=mine | {"Idempotency-Key": "k"}).json()["layouts"]
    assert [one["status"] for one in entries] == [202] * 5 + [429] * 2
    assert entries[5]["problem"]["type"] == "urn:warpack:problem:order-quota"
    refused = http.post(PATH, json={"manifests": [manifest(8), manifest(-2)]}, headers=mine)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:warpack:problem:order-quota")
    assert int(refused.headers["retry-after"]) >= 1
    assert listed(http, mine) == 5
    for one in entries[:2]:
        http.delete(one["job"]["links"]["self"], headers=mine)
    again = http.post(PATH, json=body, headers=mine | {"Idempotency-Key": "k"}).json()["layouts"]
    assert [one["status"] for one in again] == [200, 200, 202, 202, 202, 202, 202]
    assert [one["job"]["id"] for one in again[:5]] == [one["job"]["id"] for one in entries[:5]]


@pytest.mark.parametrize(
    ("body", "pointer", "kind"),
    [
        ([], "", "bad-request"),
        ({}, "", "bad-request"),
        ({"manifests": []}, "/manifests", "bad-request"),
        ({"manifests": {}}, "/manifests", "bad-request"),
        ({"manifests": [{}] * 1001}, "/manifests", "bad-request"),
        ({"manifests": [{}], "priority": "urgent"}, "/priority", "unknown-value"),
        ({"manifests": [{}], "priority": ["low"]}, "/priority", "unknown-value"),
        ({"manifests": [{}], "priority": None}, "/priority", "unknown-value"),
        ({"manifests": [{}], "wait": 3}, "/wait", "unknown-field"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(http: TestClient, body: Any, pointer: str, kind: str) -> None:
    answer = http.post(PATH, json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:bad-request")
    assert [(error["pointer"], error["type"]) for error in answer.json()["errors"]] == [(pointer, kind)]


def test_text_that_is_no_json_is_refused(http: TestClient) -> None:
    answer = http.post(PATH, content=b'{"manifests": [')
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:warpack:problem:not-json")


def test_all_manifests_together_list_so_many_errors(http: TestClient) -> None:
    bad = {**MANIFEST, "buffers": [{"name": str(number), "size": -1} for number in range(300)]}
    entries = http.post(PATH, json={"manifests": [bad] * 8}).json()["layouts"]
    counts = [len(one["problem"]["errors"]) for one in entries]
    assert counts[0] == entries[0]["problem"]["error_count"] > 300
    assert sum(counts) <= 1000 + len(counts)
    assert counts[-1] == 1
    assert {one["problem"]["error_count"] for one in entries} == {counts[0]}


def test_a_batch_may_have_a_lower_priority_than_its_key_and_no_higher(http: TestClient) -> None:
    for mine, asked, given in (("normal", "low", "low"), ("normal", "high", "normal"), ("high", "high", "high")):
        body = {"manifests": [manifest(0)], "priority": asked}
        answer = http.post(PATH, json=body, headers=key(http, mine))  # type: ignore[arg-type]  # all three are some
        assert answer.json()["layouts"][0]["job"]["priority"] == given
