"""A database or disk that cannot be used is a problem of its own, with a time to try again, and /readyz says so."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.helpers.edge_server import serving
from tests.helpers.processes import PATIENCE_S
from warpack.service.api import create_app
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.api.edge.database_faults import unavailable
from warpack.service.client import Client
from warpack.service.settings import Settings

POST = {"name": "another"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[TestClient]:
    """A service of this test alone."""
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as client:
        yield client


def slug(answer: Any) -> str:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"].rpartition(":")[2])


def limited(connection: Any, _: Any) -> None:
    """As many pages as there are: the next one is the disk that is full."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_refuses_what_would_be_stored_and_answers_what_is(own: TestClient) -> None:
    job = own.post("/v1/layouts", json=MANIFEST).json()
    event.listen(Engine, "connect", limited)
    try:
        own.app.state.runner.store._database.close()  # type: ignore[attr-defined]
        large = MANIFEST | {"timeline": {"phases": [f"phase {n}" for n in range(2000)]}, "buffers": []}
        assert slug(own.post("/v1/layouts", json=large)) == "disk-full"
        assert own.get(job["links"]["self"]).json()["id"] == job["id"]
    finally:
        event.remove(Engine, "connect", limited)
        own.app.state.runner.store._database.close()  # type: ignore[attr-defined]
    assert own.post("/v1/layouts", json=large).status_code == 202  # it heals by itself


def test_ready_means_that_the_disk_has_room(own: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=2**20))
        assert slug(own.get("/readyz")) == "disk-full"
        assert own.get("/livez").status_code == 200
    assert own.get("/readyz").status_code == 200


def test_ready_means_that_the_database_can_be_written(own: TestClient, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "warpack.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert slug(own.get("/readyz")) == "database-busy"
        other.execute("ROLLBACK")
    assert own.get("/readyz").status_code == 200


def test_ready_is_answered_while_every_other_call_waits_for_the_database(tmp_path: Path) -> None:
    chosen = Settings(data_dir=tmp_path, workers=0)
    with (
        serving(create_app(chosen), chosen) as port,
        Client(f"http://127.0.0.1:{port}") as client,
        closing(sqlite3.connect(tmp_path / "warpack.sqlite", isolation_level=None)) as other,
        ThreadPoolExecutor(40) as callers,
    ):
        other.execute("BEGIN IMMEDIATE")
        posts = [callers.submit(client.submit, MANIFEST | {"name": f"job {n}"}) for n in range(40)]
        answer = httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_S, trust_env=False)
        other.execute("ROLLBACK")
        assert slug(answer) == "database-busy"
        assert {post.result()["state"] for post in posts} == {"queued"}


def test_a_data_folder_that_is_gone_is_told(own: TestClient, tmp_path: Path) -> None:
    moved = tmp_path.with_name("moved")
    tmp_path.rename(moved)
    try:
        answer = own.get("/readyz")
    finally:
        moved.rename(tmp_path)
    assert slug(answer) == "database-unreachable"
    assert str(tmp_path) not in answer.text


def test_a_database_file_that_was_taken_away_is_told_and_not_made_anew(own: TestClient, tmp_path: Path) -> None:
    job = own.post("/v1/layouts", json=MANIFEST).json()
    file = tmp_path / "warpack.sqlite"
    file.rename(tmp_path / "taken")
    assert slug(own.get("/readyz")) == "database-unreachable"
    assert slug(own.get(job["links"]["self"])) == "database-unreachable"
    assert slug(own.post("/v1/layouts", json=MANIFEST | POST)) == "database-unreachable"
    assert not file.exists()
    (tmp_path / "taken").rename(file)
    assert own.get("/readyz").status_code == 200
    assert own.get(job["links"]["self"]).json()["id"] == job["id"]


def test_a_file_that_is_no_database_is_told(own: TestClient, tmp_path: Path) -> None:
    own.app.state.runner.store._database.close()  # type: ignore[attr-defined]
    for file in tmp_path.glob("warpack.sqlite*"):
        file.write_bytes(b"no database " * 1000)
    assert slug(own.get("/v1/layouts")) == "database-corrupt"
    assert slug(own.get("/readyz")) == "database-corrupt"


def sqlite_error(name: str, said: str = "told by SQLite") -> OperationalError:
    cause = sqlite3.OperationalError(said)
    cause.sqlite_errorname = name
    return OperationalError("INSERT", {}, cause)


class PostgresError(Exception):
    __module__ = "psycopg.errors"
    sqlstate: str | None = None


def postgres_error(state: str) -> OperationalError:
    cause = PostgresError()
    cause.sqlstate = state
    return OperationalError("INSERT", {}, cause)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (sqlite_error("SQLITE_FULL"), "disk-full"),
        (sqlite_error("SQLITE_BUSY_SNAPSHOT"), "database-busy"),
        (sqlite_error("SQLITE_LOCKED_SHAREDCACHE"), "database-busy"),
        (sqlite_error("SQLITE_READONLY_DBMOVED"), "database-read-only"),
        (sqlite_error("SQLITE_CORRUPT"), "database-corrupt"),
        (sqlite_error("SQLITE_ERROR", "no such table: orders"), "database-corrupt"),
        (sqlite_error("SQLITE_IOERR_WRITE"), "database-unreachable"),
        (postgres_error("53100"), "disk-full"),
        (postgres_error("42P01"), "database-corrupt"),
        (postgres_error("40001"), "database-busy"),
        (postgres_error("08006"), "database-unreachable"),
        (postgres_error("57P01"), "database-unreachable"),
        (PoolTimeoutError(), "database-busy"),
        (OSError(errno.ENOSPC, "no space"), "disk-full"),
        (OSError(errno.EROFS, "read-only"), "database-read-only"),
    ],
)
def test_each_kind_has_its_type(error: Exception, expected: str) -> None:
    found = unavailable(error)
    assert found is not None
    assert found.problem.slug == expected


@pytest.mark.parametrize(
    "error", [sqlite_error("SQLITE_ERROR"), postgres_error("42601"), ValueError(), OSError(errno.EBADF, "")]
)
def test_any_other_is_a_fault_of_ours(error: Exception) -> None:
    assert unavailable(error) is None


def test_what_an_error_came_from_counts() -> None:
    try:
        try:
            raise sqlite_error("SQLITE_FULL")
        except OperationalError as cause:
            raise RuntimeError("the engine failed") from cause
    except RuntimeError as error:
        found = unavailable(error)
    assert found is not None
    assert found.problem.slug == "disk-full"
