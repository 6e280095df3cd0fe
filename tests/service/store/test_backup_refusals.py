"""What keeps a backup from being made or restored is said, and changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.helpers.postgres import Server
from tests.helpers.stored import job_of, made_ready, order
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.backup import BackupError, back_up, package, postgresql, restore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.backup"


def test_where_there_is_no_store_there_is_nothing_to_back_up(tmp_path: Path, postgres: Server, file: Path) -> None:
    for url in (None, postgres.new_database()):
        with pytest.raises(BackupError, match="there is no store to back up"):
            back_up(Settings(data_dir=tmp_path / "none", database_url=url), file)
    assert not file.exists()


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def of_something_else(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("readme.txt", "hello")


def of_another_format(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("backup.json", '{"format": "warpack/backup/2"}')


def with_other_content(file: Path) -> None:
    facts = zipfile.ZipFile(file).read("backup.json")
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("backup.json", facts)
        package.writestr("store", b"something else")


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (truncated, "not a backup of a Warpack store, or is damaged"),
        (of_something_else, "not a backup of a Warpack store, or is damaged"),
        (of_another_format, "not a backup that this version of Warpack can read"),
        (with_other_content, "its content has another hash than when it was made"),
    ],
)
def test_a_damaged_file_changes_nothing(
    tmp_path: Path, migrated_file: Path, file: Path, damaged: Callable[[Path], None], said: str
) -> None:
    shutil.copy(migrated_file, tmp_path / "warpack.sqlite")
    back_up(Settings(data_dir=tmp_path), file)
    damaged(file)
    target = Settings(data_dir=tmp_path / "target")
    with pytest.raises(BackupError, match=said):
        restore(target, file)
    assert not (tmp_path / "target" / "warpack.sqlite").exists()


def test_a_backup_of_one_kind_of_database_is_not_put_into_the_other(tmp_path: Path, file: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(b"")
    package.write(file, package.Facts("postgresql", "0004", "now"), copy)
    with pytest.raises(BackupError, match="of a postgresql database, and the store here is a sqlite one"):
        restore(Settings(data_dir=tmp_path), file)


def test_a_damaged_store_is_not_backed_up_as_if_it_were_whole(tmp_path: Path, file: Path) -> None:
    (tmp_path / "warpack.sqlite").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)
    with pytest.raises(BackupError, match=r"cannot be copied|is damaged"):
        back_up(Settings(data_dir=tmp_path), file)
    with sqlite3.connect(tmp_path / "other.sqlite") as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(BackupError, match="cannot be copied: no such table: alembic_version"):
        back_up(Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/other.sqlite"), file)


def test_a_missing_program_of_postgresql_is_named(
    tmp_path: Path, postgres: Server, migrated_database: str, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setattr(postgresql.shutil, "which", lambda _: None)
    settings = Settings(data_dir=tmp_path, database_url=postgres.url(migrated_database))
    with pytest.raises(BackupError, match="pg_dump is not on PATH: it comes with PostgreSQL's client programs"):
        back_up(settings, file)


def test_a_password_is_no_argument_of_a_program() -> None:
    for url in ("postgresql+psycopg://me:hush@host:1/db?sslmode=require", "postgresql://me@host/db?password=hush"):
        made = make_url(url)
        shown, environment = postgresql._without_password(made)
        assert "hush" not in shown
        assert shown.startswith("postgresql://me@host")
        assert environment == {"PGPASSWORD": "hush"}


def test_a_dump_that_cannot_be_loaded_leaves_the_store_as_it_was(
    tmp_path: Path, postgres: Server, migrated_database: str, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=postgres.new_database(migrated_database))
    store = Store(settings)
    kept = made_ready(store, order())
    store.close()
    back_up(settings, file)
    run = postgresql._run

    def broken(url: object, program: str, *arguments: str, connects: bool = True) -> None:
        run(url, program, *arguments, connects=connects)  # type: ignore[arg-type]  # handed on
        if program == "pg_restore":
            script = next(Path(each.partition("=")[2]) for each in arguments if each.startswith("--file="))
            script.write_text(script.read_text() + "\nSELECT no_such_function();\n")

    monkeypatch.setattr(postgresql, "_run", broken)
    with pytest.raises(BackupError, match=r"psql failed: .*no_such_function"):
        restore(settings, file, replace=True)
    store = Store(settings)
    assert job_of(store, kept).state == "ready"
    store.close()
