"""The database, SQLite or PostgreSQL. Only its URL says which.

SQLite lets one process write at a time, so a write locks the whole file. PostgreSQL lets many processes write. There, a
write names its *topics*, and writes with a common topic take turns. A topic is what must not change while a write reads
and then writes: a manifest with its solves and orders, or an idempotency key.
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
"""With WAL, readers go on while a process writes, and NORMAL loses no commit when a process dies."""

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


class Database:
    """Reads see committed rows. They have their own connections, so that a stuck writer blocks no reader."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        ping = not self.is_sqlite  # a server may have closed the connection since its last use
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
        """A connection for reads. Its transaction is rolled back when the block ends."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *topics: str) -> Iterator[Connection]:
        """A transaction that is committed when the block ends, and rolled back when it raises."""
        with self._writers.begin() as connection:
            if self.is_sqlite:
                # Take the write lock at the start. If it came after a first read, the row read might have changed.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                # In the same order everywhere, so that no two writes wait for each other.
                for number in sorted(set(map(_number, topics))):
                    connection.execute(_LOCK, {"number": number})
            yield connection

    def close(self) -> None:
        """Closes all connections."""
        self._writers.dispose()
        self._readers.dispose()


def existing(url: str) -> URL:
    """The URL of the same database, which must exist: a SQLite file that was removed is an error, and not made anew."""
    found = make_url(url)
    if found.get_backend_name() != "sqlite":
        return found
    return found.set(database=f"file:{quote(found.database or '')}", query={"mode": "rw", "uri": "true"})


def _number(topic: str) -> int:
    """The number of a topic's advisory lock: 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(topic.encode()).digest()[:8], "big", signed=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # `writing` begins transactions, not the driver before an INSERT
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _make(file: Path) -> None:
    if not file.exists():
        file.touch()


def _leave_what_was_moved(engine: Engine, file: Path) -> None:
    """Makes the pool drop connections to a file that was replaced. What they wrote would be lost with the old file."""

    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(file)

    def check(_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError  # so that the pool opens the file that is there now

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", check)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
