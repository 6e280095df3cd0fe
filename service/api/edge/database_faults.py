"""Tells a caller that the database or its disk cannot be used: which fault it is, and when to try again."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from warpack.service.problems import ProblemDetails


@dataclass(frozen=True, slots=True)
class Unavailable:
    """`retry_after_s`: how long to wait before the next try."""

    problem: ProblemDetails
    retry_after_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The header fields of the answer: Retry-After."""
        return {"Retry-After": str(self.retry_after_s)}


def _unavailable(slug: str, title: str, detail: str, retry_after_s: int) -> Unavailable:
    return Unavailable(ProblemDetails(slug, title, HTTPStatus.SERVICE_UNAVAILABLE, detail), retry_after_s)


DISK_FULL = _unavailable(
    "disk-full",
    "The disk is full",
    "The disk that holds the service's data is full. Nothing was stored; what is stored can still be read.",
    30,
)
BUSY = _unavailable(
    "database-busy",
    "The database is busy",
    "Another process holds the database's lock, or all connections are in use. Try again in a moment.",
    2,
)
READ_ONLY = _unavailable(
    "database-read-only",
    "The database cannot be written",
    "The service is not allowed to write its data folder or its database. What is stored can still be read.",
    30,
)
CORRUPT = _unavailable(
    "database-corrupt",
    "The database cannot be read",
    "The database's file is damaged, or is not a database. An operator must restore it from a backup.",
    60,
)
UNREACHABLE = _unavailable(
    "database-unreachable", "The database cannot be reached", "The database does not answer. Try again in a moment.", 5
)

_SQLITE = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_CORRUPT": CORRUPT,
    "SQLITE_NOTADB": CORRUPT,
    "SQLITE_CANTOPEN": UNREACHABLE,
    "SQLITE_IOERR": UNREACHABLE,
}
"""Faults by how the name of SQLite's extended result code begins."""

_POSTGRES = {
    "53100": DISK_FULL,
    "53300": BUSY,  # too many connections
    "40001": BUSY,  # serialization failure
    "40P01": BUSY,  # deadlock
    "55P03": BUSY,  # lock not available
    "57014": BUSY,  # statement timeout
    "25006": READ_ONLY,
    "XX001": CORRUPT,
    "42P01": CORRUPT,  # a table is missing that was there when the service started
    "08": UNREACHABLE,
    "57P": UNREACHABLE,  # shutting down, or starting
}
"""Faults by how PostgreSQL's SQLSTATE begins."""

_SYSTEM = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
}


def unavailable(error: BaseException) -> Unavailable | None:
    """The fault of database or disk that this error, or one of its causes, tells of; None if there is none."""
    for each in _chain(error):
        if isinstance(each, PoolTimeoutError):
            return BUSY
        if isinstance(each, sqlite3.Error):
            no_table = str(each).startswith("no such table")  # SQLite has no code for it
            found = CORRUPT if no_table else _by_start(_SQLITE, getattr(each, "sqlite_errorname", None) or "")
        elif isinstance(each, OSError):
            found = _SYSTEM.get(each.errno or 0)
        else:
            found = _by_start(_POSTGRES, _sqlstate(each))
        if found is not None:
            return found
    return None


def _sqlstate(error: BaseException) -> str:
    if not type(error).__module__.startswith("psycopg"):
        return ""
    state = getattr(error, "sqlstate", None)
    # If no server was reached, psycopg gives no SQLSTATE: the class of the error alone says so.
    return str(state) if state else "08" if type(error).__name__ == "OperationalError" else ""


def _by_start(table: dict[str, Unavailable], name: str) -> Unavailable | None:
    return next((fault for start, fault in table.items() if name.startswith(start)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what the database's driver raised, and what it was raised from."""
    each: BaseException | None = error
    seen: set[int] = set()
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        original = getattr(each, "orig", None)
        each = original if isinstance(original, BaseException) else each.__cause__ or each.__context__
