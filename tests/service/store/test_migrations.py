"""The numbered steps lead to exactly the tables that the code uses, and back."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from warpack.service.settings import Settings
from warpack.service.store.database import Database
from warpack.service.store.migrate import SCRIPTS, migrate
from warpack.service.store.tables import metadata


def migrated(tmp_path: Path) -> Database:
    database = Database(Settings(data_dir=tmp_path).store_url)
    migrate(database, tmp_path / "lock")
    return database


def test_the_steps_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    database = migrated(tmp_path)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    migrated(tmp_path).close()
    database = migrated(tmp_path)
    assert set(metadata.tables) < set(inspect(database.engine).get_table_names())
    database.close()


def test_there_is_one_line_of_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_the_tables_can_be_made_on_postgres() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
