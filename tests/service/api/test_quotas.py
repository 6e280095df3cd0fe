"""What one key may take of the service: refused with 429 and when to try again, and nobody else is kept waiting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.helpers.edge_server import Answer, Wire, post, serving
from tests.helpers.processes import PATIENCE_S, eventually
from warpack.service.api import create_app
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.api.edge.body_gate import MAX_BODY_BYTES
from warpack.service.api.edge.keys import Caller
from warpack.service.api.edge.rate import Rate
from warpack.service.settings import Settings
from warpack.service.store.keys import Scope
from warpack.service.store.records import Priority


@contextmanager
def small(folder: Path, **settings: Any) -> Iterator[TestClient]:
    with client_of(create_app(Settings(data_dir=folder, workers=0, **settings))) as client:
        yield client


def key(app: Any, priority: Priority = "normal") -> dict[str, str]:
    scopes: frozenset[Scope] = frozenset(("submit", "read"))
    made = app.state.runner.store.keys.make("a test", scopes, lasts_s=None, priority=priority)
    return {"Authorization": f"Bearer {made}"}


def caller_of(shown: dict[str, str]) -> Caller:
    return Caller(shown["Authorization"].split("_")[1])


def manifest(number: int) -> dict[str, Any]:
    return {**MANIFEST, "buffers": [{**MANIFEST["buffers"][0], "size": number + 1}]}


def refusal(answer: Any) -> str:
    """The last part of the problem's type."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1
    return str(answer.json()["type"].rpartition(":")[2])


def test_open_orders_of_one_key_and_of_all(tmp_path: Path) -> None:
    with small(tmp_path, max_orders=3, max_orders_per_key=2) as http:
        mine, yours = key(http.app), key(http.app)
        first = http.post("/v1/layouts", json=manifest(0), headers=mine).json()
        assert http.post("/v1/layouts", json=manifest(1), headers=mine).status_code == 202
        assert refusal(http.post("/v1/layouts", json=manifest(2), headers=mine)) == "order-quota"
        assert http.post("/v1/layouts", json=manifest(2), headers=yours).status_code == 202
        assert refusal(http.post("/v1/layouts", json=manifest(3), headers=yours)) == "queue-full"
        assert len(http.get("/v1/layouts", headers=mine).json()["layouts"]) == 2
        http.delete(first["links"]["self"], headers=mine)
        assert http.post("/v1/layouts", json=manifest(3), headers=mine).status_code == 202


def test_requests_of_one_key(tmp_path: Path) -> None:
    with small(tmp_path, max_requests_per_key=0.1) as http:
        mine, yours = key(http.app), key(http.app)
        assert http.get("/v1/layouts", headers=mine).status_code == 200
        assert refusal(http.get("/v1/layouts", headers=mine)) == "request-quota"
        assert http.get("/v1/layouts", headers=yours).status_code == 200
        assert [http.get("/v1/layouts").status_code for _ in range(3)] == [200] * 3


def test_a_bucket_fills_with_time_and_no_further_than_ten_seconds_of_it() -> None:
    now = [0.0]
    rate = Rate(2.0, lambda: now[0])
    assert [rate.wait_s("a") for _ in range(20)] == [0.0] * 20
    assert rate.wait_s("a") == pytest.approx(0.5)
    now[0] += 0.5
    assert (rate.wait_s("a"), rate.wait_s("b")) == (0.0, 0.0)
    now[0] += 1000.0
    assert [rate.wait_s("a") > 0 for _ in range(21)] == [False] * 20 + [True]


def test_calls_of_one_key_that_wait(tmp_path: Path) -> None:
    with small(tmp_path, max_waiting_per_key=1) as http:
        mine, yours = key(http.app), key(http.app)
        wait = {"Prefer": "wait=1"}
        job = http.post("/v1/layouts", json=manifest(0), headers=mine).json()
        with http.app.state.places.one(caller_of(mine)):  # type: ignore[attr-defined]
            assert refusal(http.post("/v1/layouts", json=manifest(1), headers=mine | wait)) == "waiting-quota"
            assert len(http.get("/v1/layouts", headers=mine).json()["layouts"]) == 1
            for path in (job["links"]["self"], f"{job['links']['self']}/events"):
                assert refusal(http.get(path, headers=mine | wait)) == "waiting-quota"
            assert http.get(job["links"]["self"], headers=mine).status_code == 200
            assert http.post("/v1/layouts", json=manifest(1), headers=yours | wait).status_code == 201
            http.delete(job["links"]["self"], headers=mine)
            assert http.get(job["links"]["self"], headers=mine | wait).json()["state"] == "cancelled"
        answered = http.post("/v1/layouts", json=manifest(1), headers=mine | wait)
        with http.app.state.places.one(caller_of(mine)):  # type: ignore[attr-defined]
            again = http.post("/v1/layouts", content=json.dumps(manifest(1), indent=1), headers=mine | wait)
        assert (again.status_code, again.json()["id"]) == (200, answered.json()["id"])


def test_a_stream_of_events_holds_its_place_until_it_ends(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, workers=0, max_waiting_per_key=1)
    app = create_app(settings)
    with serving(app, settings) as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as http:
        mine = key(app)
        link = http.post("/v1/layouts", json=MANIFEST, headers=mine).json()["links"]["self"]
        with http.stream("GET", f"{link}/events", headers=mine) as stream:
            told = stream.iter_text()
            assert "queued" in next(told)
            assert refusal(http.get(f"{link}/events", headers=mine)) == "waiting-quota"
        http.delete(link, headers=mine)
        eventually(
            lambda: http.get(f"{link}/events", headers=mine).status_code == 200, "the place of the stream is free"
        )


def test_bytes_of_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, workers=0, max_bytes_per_key=16 * 2**20, body_limit_s=PATIENCE_S)
    app = create_app(settings)
    with serving(app, settings) as port:
        mine, yours = key(app), key(app)
        begun = Wire(port)
        begun.hold(MAX_BODY_BYTES, "/v1/manifests:check", **mine)
        refused = _checked(port, mine)
        assert (refused.status, refused.problem, refused.headers["retry-after"]) == (429, "byte-quota", "1")
        assert _checked(port, yours).status == 200
        begun.close()
        eventually(lambda: _checked(port, mine).status == 200, "the bytes of a caller that left are given back")


def _checked(port: int, shown: dict[str, str]) -> Answer:
    wire = Wire(port)
    wire.send(post(json.dumps(MANIFEST).encode(), path="/v1/manifests:check", **shown))
    answer = wire.answer()
    wire.close()
    return answer


def test_the_orders_of_a_key_have_its_priority(tmp_path: Path) -> None:
    with small(tmp_path) as http:
        for number, priority in enumerate(("low", "normal", "high")):
            shown = key(http.app, cast(Priority, priority))
            job = http.post("/v1/layouts", json=manifest(number), headers=shown).json()
            assert job["priority"] == priority
            assert http.get("/v1/layouts", headers=shown).json()["layouts"][0]["priority"] == priority
