"""Nobody gets in without a key where the service listens to others, and each key sees its own jobs only."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from warpack.service.api import create_app
from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.api.edge import keys as edge_keys
from warpack.service.settings import Settings
from warpack.service.store.keys import Scope


@pytest.fixture
def exposed(tmp_path: Path) -> Iterator[TestClient]:
    """A service that listens to other machines."""
    with client_of(
        create_app(Settings(data_dir=tmp_path, workers=0, host="0.0.0.0", allowed_hosts="localhost"))
    ) as client:
        yield client


@pytest.fixture
def local(tmp_path: Path) -> Iterator[TestClient]:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as client:
        yield client


def key(http: TestClient, *scopes: Scope, lasts_s: float | None = None) -> dict[str, str]:
    """The header field of a new one."""
    store = http.app.state.runner.store  # type: ignore[attr-defined]
    return {"Authorization": f"Bearer {store.keys.make('a test', frozenset(scopes), lasts_s=lasts_s)}"}


CALLS = [
    ("POST", "/v1/layouts", "submit"),
    ("POST", "/v1/manifests:check", "submit"),
    ("POST", "/v1/manifests:read", "submit"),
    ("POST", "/v1/layouts:verify", "submit"),
    ("POST", "/v1/layouts:batch", "submit"),
    ("GET", "/v1/layouts", "read"),
    ("GET", "/v1/devices", "read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_every_call_wants_a_key_with_its_scope(exposed: TestClient, method: str, path: str, scope: Scope) -> None:
    bodies = {
        "/v1/layouts:verify": {"manifest": MANIFEST, "layout": LAYOUT},
        "/v1/manifests:read": {"text": json.dumps(MANIFEST)},
        "/v1/layouts:batch": {"manifests": [MANIFEST]},
    }
    body = bodies.get(path, MANIFEST)
    answer = exposed.request(method, path, json=body)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:warpack:problem:unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    other: Scope = "read" if scope == "submit" else "submit"
    answer = exposed.request(method, path, json=body, headers=key(exposed, other))
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:warpack:problem:forbidden")
    assert repr(scope) in answer.json()["detail"]
    for allowed in (scope, "admin"):
        assert exposed.request(method, path, json=body, headers=key(exposed, allowed)).status_code < 300


def test_a_service_that_lets_nobody_in_says_so_at_its_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(data_dir=tmp_path, workers=0, host="0.0.0.0", allowed_hosts="localhost")
    with client_of(create_app(settings)) as http:
        assert "no API key is valid" in caplog.text
        key(http, "submit")
    caplog.clear()
    with client_of(create_app(settings)):
        assert "no API key is valid" not in caplog.text


@pytest.mark.parametrize(
    "path", ["/livez", "/readyz", "/docs", "/openapi.json", "/v1/schema/manifest.json", "/", "/page/js/main.js"]
)
def test_health_documentation_and_page_are_open(exposed: TestClient, path: str) -> None:
    assert exposed.get(path).status_code == 200


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer ", "Bearer wp_0_x", "Basic dXNlcjpwYXNz", "Bearer wp_0000000000000000_" + "A" * 43]
)
@pytest.mark.parametrize("service", ["exposed", "local"])
def test_a_wrong_key_is_refused_and_logged_also_where_none_is_wanted(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, service: str, shown: str
) -> None:
    http: TestClient = request.getfixturevalue(service)
    with caplog.at_level(logging.WARNING, "warpack.http"):
        answer = http.get("/v1/layouts", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert "not valid" in caplog.text
    assert "AAAA" not in caplog.text + answer.text


def test_a_key_that_is_over_or_revoked_is_refused(exposed: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_keys, "_FRESH_S", -1.0)
    assert exposed.get("/v1/layouts", headers=key(exposed, "read", lasts_s=-1.0)).status_code == 401
    shown = key(exposed, "read")
    assert exposed.get("/v1/layouts", headers=shown).status_code == 200
    store = exposed.app.state.runner.store  # type: ignore[attr-defined]
    store.keys.revoke(shown["Authorization"].split("_")[1])
    assert exposed.get("/v1/layouts", headers=shown).status_code == 401


@pytest.mark.parametrize("scope", ["submit", "read", "worker", "admin"])
def test_a_key_is_told_what_it_may_do(exposed: TestClient, scope: Scope) -> None:
    assert exposed.get("/v1/caller").status_code == 401
    shown = key(exposed, scope)
    told = exposed.get("/v1/caller", headers=shown).json()
    assert told == {"key_id": shown["Authorization"].split("_")[1], "scopes": [scope], "priority": "normal"}


def test_the_page_says_that_keys_are_required(exposed: TestClient) -> None:
    assert 'data-keys="required"' in exposed.get("/").text


def test_each_key_sees_its_own_jobs_only(exposed: TestClient) -> None:
    mine, yours, admin = key(exposed, "submit", "read"), key(exposed, "submit", "read"), key(exposed, "admin")
    job = exposed.post("/v1/layouts", json=MANIFEST, headers=mine).json()
    link = job["links"]["self"]
    for path in (link, f"{link}/manifest", f"{link}/events", f"{link}/allocators.py"):
        answer = exposed.get(path, headers=yours)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:warpack:problem:not-found")
    assert exposed.delete(link, headers=yours).status_code == 404
    assert exposed.get("/v1/layouts", headers=yours).json()["layouts"] == []
    for shown in (mine, admin):
        assert exposed.get(link, headers=shown).json()["id"] == job["id"]
        assert [each["id"] for each in exposed.get("/v1/layouts", headers=shown).json()["layouts"]] == [job["id"]]
    other = exposed.post("/v1/layouts", json=MANIFEST, headers=yours).json()
    assert other["id"] != job["id"]
    assert exposed.delete(link, headers=mine).json()["state"] == "cancelled"
    assert exposed.get(other["links"]["self"], headers=yours).json()["state"] == "queued"


def test_an_idempotency_key_is_ones_own(exposed: TestClient) -> None:
    mine, yours = key(exposed, "submit"), key(exposed, "submit")
    again = {"Idempotency-Key": "k"}
    first = exposed.post("/v1/layouts", json=MANIFEST, headers=mine | again).json()["id"]
    assert exposed.post("/v1/layouts", json=MANIFEST, headers=mine | again).json()["id"] == first
    assert exposed.post("/v1/layouts", json=MANIFEST, headers=yours | again).json()["id"] != first
