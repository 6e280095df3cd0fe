"""Brings the tables up to date when a process starts."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from warpack.service.store.database import Database

SCRIPTS = Path(__file__).parent / "migrations"


class StoreTooNew(Exception):
    """A newer version of Warpack has used the store."""


def migrate(database: Database, lock_file: Path) -> None:
    """Applies the migration steps that are missing. Processes that start together take turns: on SQLite by a lock on
    `lock_file`, on PostgreSQL by an advisory lock of the database. Raises StoreTooNew."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _config()
    with _alone(lock_file if database.is_sqlite else None), database.writing("migrations") as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found is not None and not knows(found):
            raise StoreTooNew(
                f"a newer version of Warpack has used this store (its tables have migration step {found}): install that version, "
                "or restore a backup that was made before"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def knows(revision: str) -> bool:
    """Whether this version knows the migration step, and so can bring its tables up to date."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


@contextmanager
def _alone(lock_file: Path | None) -> Iterator[None]:
    if lock_file is None:
        yield
        return
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
