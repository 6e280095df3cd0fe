"""The numbered steps lead from every released version to exactly the tables that the code uses, on either database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.database import Database
from warpack.service.store.migrate import SCRIPTS, migrate
from warpack.service.store.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """No table yet."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    return Settings(data_dir=tmp_path, database_url=request.getfixturevalue("postgres").new_database())


@pytest.fixture
def database(empty: Settings) -> Iterator[Database]:
    opened = Database(empty.store_url)
    yield opened
    opened.close()


def upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def test_the_steps_make_the_tables_that_the_code_uses(database: Database, tmp_path: Path) -> None:
    migrate(database, tmp_path / "lock")
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    migrate(database, tmp_path / "lock")
    migrate(database, tmp_path / "lock")
    with database.reading() as connection:
        assert set(metadata.tables) < set(inspect(connection).get_table_names())


def test_there_is_one_line_of_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


MANIFEST = json.dumps({"target": {"compute_capability": "9.0"}, "buffers": [{}, {}]})

_ROWS = (
    "INSERT INTO manifests (sha256, document, created_at) VALUES ('a', :manifest, 't')",
    """INSERT INTO solves (id, manifest_sha256, time_limit_s, state, attempt, created_at)
       VALUES ('s1', 'a', 5, 'solved', 1, 't'), ('s2', 'a', 9, 'solving', 2, 't'), ('s3', 'a', 8, 'queued', 0, 't')""",
    "INSERT INTO layouts (solve_id, status, layout_sha256, document) VALUES ('s1', 'optimal', 'b', '{}')",
    """INSERT INTO validations (id, solve_id, required, state, attempt, level, document, created_at)
       VALUES ('v1', 's1', 'static', 'passed', 1, 'static', '{"name": ""}', 't'),
              ('v2', 's1', 'best', 'validating', 1, NULL, NULL, 't')""",
    """INSERT INTO jobs (id, name, required, solve_id, validation_id, time_limit_s, created_at)
       VALUES ('j1', 'one', 'static', 's1', 'v1', 5, 't1'), ('j2', 'two', 'best', 's1', 'v2', 5, 't2'),
              ('j3', 'three', 'static', 's2', NULL, 9, 't3'), ('j4', 'four', 'static', 's3', NULL, 8, 't4')""",
    "INSERT INTO idempotency_keys (key, request_sha256, job_id, created_at) VALUES ('k', 'r', 'j1', 't')",
)


@pytest.mark.parametrize("released", ["0001", "0002"])
def test_a_store_of_a_released_version_keeps_its_answers_and_its_work(
    database: Database, empty: Settings, released: str
) -> None:
    with database.writing() as connection:
        upgrade(connection, released)
        for statement in _ROWS:
            connection.execute(text(statement), {"manifest": MANIFEST} if ":manifest" in statement else {})
    store = Store(empty)
    jobs = {job.id: job for job in store.jobs.newest(9)}
    assert list(jobs) == ["j4", "j3", "j2", "j1"]
    assert [jobs[name].state for name in ("j1", "j2", "j3", "j4")] == ["ready", "validating", "queued", "queued"]
    assert jobs["j1"].name == "one"
    assert jobs["j1"].compute_capability == ("9.0" if released == "0001" else "")
    waiting = store.tasks.unsubmitted()
    assert {(task.kind, task.id, task.attempt) for task in waiting} == {
        ("solve", "s2", 3), ("solve", "s3", 1), ("validate", "v2", 2)
    }  # fmt: skip
    store.close()
