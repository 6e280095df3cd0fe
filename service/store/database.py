"""One database, SQLite or PostgreSQL: only its URL differs.

SQLite lets one process write at a time, so a write has the whole file. PostgreSQL lets many: there a write names its
*topics*, and writes with a topic in common take turns. A topic is what must not change between what a write reads and
what it writes: a manifest with its solves and orders, or an idempotency key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

_SQLITE_PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL")
"""WAL lets readers go on while one process writes; with it NORMAL loses no commit when a process dies."""

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


class Database:
    """Reads see committed rows. They have connections of their own, so that a stuck writer holds up no reader."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        ping = not self.is_sqlite  # a connection to a server may have been cut since it was last used
        if self.is_sqlite:
            _make(file := Path(make_url(url).database or ""))
        found = existing(url)
        self._writers, self._readers = (create_engine(found, pool_pre_ping=ping) for _ in range(2))
        if self.is_sqlite:
            for engine in (self._writers, self._readers):
                event.listen(engine, "connect", _prepare_sqlite)
                _leave_what_was_moved(engine, file)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *topics: str) -> Iterator[Connection]:
        """A transaction that commits when the block ends and is rolled back when it raises."""
        with self._writers.begin() as connection:
            if self.is_sqlite:
                # The write lock from the start: one taken after a first read could find that the row has changed.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                # In one order everywhere, so that no two writes wait for one another.
                for number in sorted(set(map(_number, topics))):
                    connection.execute(_LOCK, {"number": number})
            yield connection

    def close(self) -> None:
        self._writers.dispose()
        self._readers.dispose()


def existing(url: str) -> URL:
    """The same database, where it is there: a SQLite file that was taken away is a fault, and not made anew, empty."""
    found = make_url(url)
    if found.get_backend_name() != "sqlite":
        return found
    return found.set(database=f"file:{quote(found.database or '')}", query={"mode": "rw", "uri": "true"})


def _number(topic: str) -> int:
    """Of an advisory lock: 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(topic.encode()).digest()[:8], "big", signed=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `writing` says so, not before the first INSERT
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _make(file: Path) -> None:
    if not file.exists():
        file.touch()


def _leave_what_was_moved(engine: Engine, file: Path) -> None:
    """A connection would go on with a file that was taken away, and what it writes would be lost with that."""

    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(file)

    def check(_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError  # so that the pool opens what is there now

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", check)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
