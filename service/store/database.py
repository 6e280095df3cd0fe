"""One database connection pool, with SQLite set up so that several processes can share its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

_SQLITE_PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL")
"""WAL lets readers go on while one process writes; with it NORMAL loses no commit when a process dies."""


class Database:
    """Reads see committed rows; writes are serialised, so that what a write has read cannot change under it."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        self._sqlite = self.engine.dialect.name == "sqlite"
        if self._sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and is rolled back when it raises."""
        if not self._sqlite:
            serializable = self.engine.execution_options(isolation_level="SERIALIZABLE")
            with serializable.begin() as connection:
                yield connection
            return
        with self.engine.begin() as connection:
            # The write lock from the start: one taken after a first read could find that the row has changed.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `writing` says so, not before the first INSERT
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
