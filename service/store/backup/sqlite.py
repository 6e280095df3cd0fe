"""Copies a SQLite store by SQLite's online backup. Readers and writers go on meanwhile."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from warpack.service.store.backup.errors import BackupError


def copy(url: URL, to: Path) -> str:
    """Copies the store as it is at one moment. Returns the migration step of its tables."""
    file = Path(url.database or "")
    if not file.is_file():
        raise BackupError(f"there is no store to back up: {file} does not exist")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as source, closing(
        sqlite3.connect(to)
    ) as target:  # fmt: skip
        try:
            # In one step, which reads like one transaction. With the write-ahead log it blocks nobody.
            source.backup(target)
            faults = [row[0] for row in target.execute("PRAGMA quick_check")]
            if faults != ["ok"]:
                raise BackupError(f"the store {file} is damaged: {faults[0]}")
            found = target.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{file} cannot be copied: {error}") from None
    if found is None:
        raise BackupError(f"{file} is not a store of Warpack")
    return str(found[0])


def put_in_place(made: Path, url: URL, engine: URL) -> None:
    """The file `made` becomes the store. The engine's queue is removed, and will be made anew."""
    file = Path(url.database or "")
    for database in (Path(engine.database or ""), file):
        for kind in ("", "-wal", "-shm"):
            if database != file or kind:
                database.with_name(database.name + kind).unlink(missing_ok=True)
    with made.open("rb") as content:
        os.fsync(content.fileno())
    made.replace(file)
