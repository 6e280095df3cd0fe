"""Backups of a store. A backup is one file with the store as it was at one moment. The service runs on meanwhile.

The job engine's tables are not in it, because the store knows all that matters: which tasks wait, in which order, and
which were begun. So a backup cannot hold two databases that do not fit together. A restore makes the queue anew.

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
    """What was done. `size_bytes` is the size of the file."""

    facts: Facts
    size_bytes: int


def back_up(settings: Settings, file: Path) -> Done:
    """Writes a backup of the store to this file, which appears whole or not at all. Raises BackupError, and OSError if
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
    """Replaces the store by a backup, and brings its tables up to date. Tasks that were held wait for a worker again,
    and no loss is counted.

    Raises BackupError and changes nothing in these cases: the file is not a whole backup; it is of another kind of
    database, or of a newer version; processes are at work on the store; the store is not empty and `replace` is False.
    """
    facts = read_facts(file)
    url = make_url(settings.store_url)
    kind = url.get_backend_name()
    if facts.database != kind:
        raise BackupError(f"{file} is a backup of a {facts.database} database, and the store here is a {kind} one")
    if not knows(facts.revision):
        raise BackupError(
            f"{file} was made by a newer version of Warpack (this version does not know the migration step "
            f"{facts.revision} of its tables): install that version"
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
