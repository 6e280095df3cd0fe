"""`/metrics`: who may read it, what this process has answered, and that it answers while the database is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from warpack.service.api import create_app
from warpack.service.api.edge import keys as edge_keys
from warpack.service.api.node import store_metrics
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.figures import Figures
from warpack.service.store.keys import Keys

AWAY = OperationalError("SELECT", {}, psycopg.OperationalError("no connection"))


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that listens to other machines, and knows no key for longer than a call."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=0, host="0.0.0.0", allowed_hosts="localhost")
    with pytest.MonkeyPatch.context() as patch, client_of(create_app(settings)) as client:
        patch.setattr(store_metrics, "_FRESH_S", -1.0)
        patch.setattr(edge_keys, "_FRESH_S", -1.0)
        yield client


def key(http: TestClient, *scopes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {store_of(http).keys.make('a test', frozenset(scopes), lasts_s=None)}"}


def store_of(http: TestClient) -> Store:
    return http.app.state.runner.store  # type: ignore[attr-defined,no-any-return]


def read(http: TestClient, **headers: str) -> dict[str, dict[tuple[str, ...], float]]:
    """By name and labels' values."""
    answer = http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_requests_are_counted_by_route_and_problems_by_type(exposed: TestClient) -> None:
    def counted(told: dict[str, Any], name: str, labels: tuple[str, ...]) -> float:
        return float(told.get(name, {}).get(labels, 0))

    wanted = (
        ("warpack_http_requests_total", ("GET", "/v1/layouts/{job_id}", "404")),
        ("warpack_http_requests_total", ("GET", "none", "404")),
        ("warpack_http_problems_total", ("not-found", "404")),
        ("warpack_http_problems_total", ("unauthorized", "401")),
        ("warpack_http_problems_total", ("cross-site", "403")),
    )
    watcher = key(exposed, "admin")
    before = read(exposed, **watcher)
    exposed.get("/v1/layouts/none", headers=watcher)
    exposed.get("/nowhere", headers=watcher)
    exposed.get("/v1/layouts", headers={"Authorization": "Bearer wrong"})
    exposed.post("/v1/layouts", content=b"{}", headers={"Sec-Fetch-Site": "cross-site"})
    after = read(exposed, **watcher)
    assert [counted(after, *each) - counted(before, *each) for each in wanted] == [1, 1, 2, 1, 1]
    assert after["warpack_http_request_seconds_count"][("/v1/layouts/{job_id}",)] >= 1


def test_where_keys_are_wanted_the_figures_want_one_of_an_operator(exposed: TestClient) -> None:
    assert exposed.get("/metrics").status_code == 401
    assert exposed.get("/metrics", headers=key(exposed, "submit", "read", "worker")).status_code == 403
    assert read(exposed, **key(exposed, "admin"))["warpack_store_up"] == {(): 1}


def test_while_the_database_is_away_the_figures_say_so(exposed: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher, stranger = key(exposed, "admin"), key(exposed, "admin")
    read(exposed, **watcher)

    def fail(*_: object) -> None:
        raise AWAY

    with monkeypatch.context() as away:
        away.setattr(Figures, "now", fail)
        away.setattr(Keys, "find", fail)
        told = read(exposed, **watcher)
        assert told["warpack_store_up"] == {(): 0}
        assert "warpack_tasks" not in told
        assert told["process_cpu_seconds_total"][()] > 0
        assert exposed.get("/metrics", headers=stranger).status_code == 503
        assert exposed.get("/v1/layouts", headers=watcher).status_code == 503
    assert read(exposed, **watcher)["warpack_store_up"] == {(): 1}
