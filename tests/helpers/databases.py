"""Databases: what holds for one kind must hold for the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.helpers import postgres as postgres_server
from warpack.service.settings import Settings
from warpack.service.store import Store


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    if postgres_server.programs() is None:
        pytest.skip(postgres_server.MISSING)
    with postgres_server.server() as running:
        yield running


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row: a copy of it is had sooner than a new one."""
    folder = tmp_path_factory.mktemp("migrated")
    Store(Settings(data_dir=folder)).close()
    return folder / "warpack.sqlite"


@pytest.fixture(scope="session")
def migrated_database(postgres: postgres_server.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same in PostgreSQL, by name."""
    url = postgres.new_database()
    Store(Settings(data_dir=tmp_path_factory.mktemp("migrated"), database_url=url)).close()
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a service with an empty database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "warpack.sqlite")
        return Settings(data_dir=tmp_path)
    server: postgres_server.Server = request.getfixturevalue("postgres")
    return Settings(data_dir=tmp_path, database_url=server.new_database(request.getfixturevalue("migrated_database")))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """Empty, on either kind of database."""
    opened = Store(settings)
    yield opened
    opened.close()
