"""Ids, cursors and keys that cannot be any never reach the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from warpack.service.api.answers.files import FILES
from warpack.service.api.answers.ids import is_id
from warpack.service.store import Jobs
from warpack.service.store.records import new_id


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Whatever the store was asked for."""
    asked: list[Any] = []
    for name in ("get", "state", "newest", "manifest", "artefacts", "cancel", "take"):
        monkeypatch.setattr(Jobs, name, lambda *given, **named: asked.append((given, named)))
    yield asked
    assert not asked


def test_what_the_store_makes_is_an_id() -> None:
    assert all(is_id(new_id()) for _ in range(100))


@pytest.mark.parametrize("wrong", ["x", "0" * 27, "0" * 29, "G" * 28, "A" * 28, "0" * 28 + "\u00b2", "\u0662" * 28])
def test_what_is_no_id_is_not_found_at_once(http: TestClient, asked: list[Any], wrong: str) -> None:
    for path in ("", "/manifest", *(f"/{file.name}" for file in FILES)):
        assert http.get(f"/v1/layouts/{wrong}{path}").status_code == 404
    assert http.delete(f"/v1/layouts/{wrong}").status_code == 404


def test_an_id_of_any_length_is_repeated_in_part(http: TestClient) -> None:
    assert len(http.get(f"/v1/layouts/{'x' * 5000}").content) < 500


@pytest.mark.parametrize("cursor", ["", "x", "0" * 27, "0" * 28 + "\n", "0" * 28 + "'--"])
def test_a_cursor_that_is_none_is_refused(http: TestClient, asked: list[Any], cursor: str) -> None:
    answer = http.get("/v1/layouts", params={"cursor": cursor})
    assert answer.json()["type"].rpartition(":")[2] in ("bad-parameter", "control-character")


def test_an_idempotency_key_is_printable_ascii(http: TestClient, asked: list[Any]) -> None:
    for wrong in ("", "k" * 256, "cl\u00e9".encode(), b"\xff"):
        answer = http.post("/v1/layouts", content=b"{}", headers={"Idempotency-Key": wrong})
        assert answer.json()["type"].rpartition(":")[2] == "bad-parameter"
