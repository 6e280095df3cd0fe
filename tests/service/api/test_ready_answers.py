"""The same bytes posted again get the same answer at once, as long as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.service.api.test_events import make_ready
from warpack.service.api import create_app
from warpack.service.api.calls import orders
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.api.node.batched import Batched
from warpack.service.api.node.ready_answers import ReadyAnswer, ReadyAnswers
from warpack.service.settings import Settings


def posted_twice(http: TestClient) -> str:
    """A job that is ready, and its answer to be had as bytes."""
    job = http.post("/v1/layouts", json=MANIFEST).json()
    make_ready(http.app.state.runner, job["id"])  # type: ignore[attr-defined]
    assert http.post("/v1/layouts", json=MANIFEST).json()["id"] == job["id"]
    return str(job["id"])


def test_a_stored_answer_is_given_out_without_reading_the_manifest_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        job_id = posted_twice(http)
        monkeypatch.setattr(orders, "facts_of", None)
        first = http.post("/v1/layouts", json=MANIFEST, headers={"Prefer": "wait=3"})
        assert (first.status_code, first.json()["id"], first.json()["state"]) == (200, job_id, "ready")
        assert first.headers["preference-applied"] == "wait=3"
        again = http.get(first.headers["location"])
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])


def test_an_answer_that_was_withdrawn_is_not_given_out_again(tmp_path: Path) -> None:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        job_id = posted_twice(http)
        store = http.app.state.runner.store  # type: ignore[attr-defined]
        for made in store.withdrawals.made():
            store.withdrawals.withdraw(made.kind, made.version)
        answer = http.post("/v1/layouts", json=MANIFEST)
        assert (answer.status_code, answer.json()["state"]) == (202, "queued")
        assert answer.json()["id"] != job_id


def test_a_key_that_may_not_submit_gets_no_stored_answer(tmp_path: Path) -> None:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        posted_twice(http)
        store = http.app.state.runner.store  # type: ignore[attr-defined]
        reader = {"Authorization": f"Bearer {store.keys.make('reads only', frozenset(('read',)), lasts_s=None)}"}
        answer = http.post("/v1/layouts", json=MANIFEST, headers=reader)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:warpack:problem:forbidden")


def test_a_stored_answer_is_not_given_out_while_the_store_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> frozenset[str]:
        raise PoolTimeoutError

    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        posted_twice(http)
        jobs = http.app.state.runner.store.jobs  # type: ignore[attr-defined]
        with monkeypatch.context() as broken:
            broken.setattr(http.app.state.known_answers, "_standing", Batched(unreachable))  # type: ignore[attr-defined]
            broken.setattr(jobs, "take", unreachable)
            answer = http.post("/v1/layouts", json=MANIFEST)
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:warpack:problem:database-busy")
        assert http.post("/v1/layouts", json=MANIFEST).status_code == 200


def answer(name: str, length: int = 10) -> ReadyAnswer:
    return ReadyAnswer(name, b"x" * length, '"etag"')


def test_the_answers_asked_for_last_are_kept_and_callers_are_apart() -> None:
    kept = ReadyAnswers(most_bytes=100)
    for number in range(10):
        kept.keep("me", bytes([number]), answer(str(number)))
    kept.keep("you", b"\0", answer("yours"))
    assert kept.get("me", b"\0") is None
    kept.get("me", b"\1")
    kept.keep("me", b"\x0b", answer("new"))
    found = kept.get("me", b"\1")
    assert found is not None
    assert found.job_id == "1"
    assert kept.get("me", b"\2") is None
    yours = kept.get("you", b"\0")
    assert yours is not None
    assert yours.job_id == "yours"


def test_an_answer_that_would_push_out_most_others_is_not_kept() -> None:
    kept = ReadyAnswers(most_bytes=100)
    kept.keep("me", b"a", answer("small"))
    kept.keep("me", b"b", answer("large", 20))
    assert kept.get("me", b"b") is None
    assert kept.get("me", b"a") is not None
    kept.drop("me", b"a")
    kept.drop("me", b"a")
    assert kept.get("me", b"a") is None
