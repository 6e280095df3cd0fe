"""Backups of a store: one file, made while the service runs, that is the store as it was at one moment.

The job engine's tables are not in it. All that matters of them follows from the store: whose turn it is, what waits,
what was begun. So a pair of databases that do not fit together cannot come of a backup, and the queue is made anew.

    package       the file: a ZIP of what it is about and of the database's own copy
    sqlite        copies by SQLite's online backup
    postgresql    copies by pg_dump, and puts back by pg_restore and psql
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from warpack.service.settings import Settings
from warpack.service.store.backup import postgresql, sqlite
from warpack.service.store.backup.errors import BackupError
from warpack.service.store.backup.package import Facts, read_facts, take_out, write
from warpack.service.store.backup.target import make_ready_to_go_on, refuse_unless_free
from warpack.service.store.database import Database
from warpack.service.store.migrate import knows, migrate
from warpack.service.store.records import now

__all__ = ["BackupError", "Done", "back_up", "restore"]


@dataclass(frozen=True, slots=True)
class Done:
    """`size_bytes` of the file."""

    facts: Facts
    size_bytes: int


def back_up(settings: Settings, file: Path) -> Done:
    """Write a backup of the store to this file, which appears whole or not at all. Raises BackupError; OSError where
    the file cannot be written."""
    url = make_url(settings.store_url)
    kind = url.get_backend_name()
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.resolve().parent) as folder:
        copy = Path(folder, "store")
        revision = sqlite.copy(url, copy) if kind == "sqlite" else postgresql.dump(url, copy)
        facts = Facts(kind, revision, now())
        write(file, facts, copy)
    return Done(facts, file.stat().st_size)


def restore(settings: Settings, file: Path, *, replace: bool = False) -> Done:
    """Put a backup in the place of the store, and bring its tables up to date. What was being worked on waits for a
    worker again, and nothing is counted against it.

    Raises BackupError, and has changed nothing, where the file is no whole backup, of another kind of database, or of a
    version newer than this; where processes are at work on the store; and where that holds anything, without
    `replace`.
    """
    facts = read_facts(file)
    url = make_url(settings.store_url)
    kind = url.get_backend_name()
    if facts.database != kind:
        raise BackupError(f"{file} is a backup of a {facts.database} database, and the store here is a {kind} one")
    if not knows(facts.revision):
        raise BackupError(
            f"{file} was made by a newer version of Warpack (its tables are of step {facts.revision}, which is not known "
            "here): install that version"
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    refuse_unless_free(settings, replace=replace)
    place = Path(url.database or "").resolve().parent if kind == "sqlite" else settings.data_dir
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore.", dir=place) as folder:
        copy = Path(folder, "store")
        take_out(file, copy)
        if kind == "sqlite":
            with_rest = Database(f"sqlite:///{copy}")
            make_ready_to_go_on(with_rest)
            with_rest.close()
            sqlite.put_in_place(copy, url, make_url(settings.engine_url))
        else:
            postgresql.load(url, copy)
    database = Database(settings.store_url)
    try:
        if kind != "sqlite":
            make_ready_to_go_on(database)
        migrate(database, settings.data_dir / "migrate.lock")
    finally:
        database.close()
    return Done(facts, file.stat().st_size)
