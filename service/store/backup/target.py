"""The store that a backup is restored to. It must not be in use before, and is made ready for work after."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, delete, func, inspect, make_url, select, text, update

from warpack.service.settings import Settings
from warpack.service.store.backup.errors import BackupError
from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.leases import ALL
from warpack.service.store.tables import metadata, workers
from warpack.service.store.workers import LEASE_S

_OF_A_LIFE = {"workers"}
"""Tables whose rows belong to processes, and so do not make a store count as filled."""


def refuse_unless_free(settings: Settings, *, replace: bool) -> None:
    """Raises BackupError if processes work on the store, or if it is not empty and `replace` is False."""
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return
    database = Database(settings.store_url)
    try:
        with database.reading() as connection:
            there = set(inspect(connection).get_table_names()) & set(metadata.tables)
            if _alive(connection, there):
                raise BackupError(
                    "processes are at work on this store: stop them first (one that died counts for 10 s)"
                )
            full = [name for name in sorted(there - _OF_A_LIFE) if _has_rows(connection, name)]
    finally:
        database.close()
    if full and not replace:
        raise BackupError(f"the store holds something (in {', '.join(full)}): --replace puts the backup in its place")


def make_ready_to_go_on(database: Database) -> None:
    """Tasks that earlier processes held wait again. All waiting tasks will be handed to the engine anew. No loss is
    counted."""
    with database.writing() as connection:
        there = set(inspect(connection).get_table_names())
        if "workers" not in there:
            return  # the version had no leases: its migration does the same
        connection.execute(delete(workers))
        for lease in ALL.values():
            waits = lease.table.c.state.in_((lease.waits, lease.held))
            connection.execute(
                update(lease.table)
                .where(waits)
                .values(state=lease.waits, holder=None, token=None, submitted=lease.table.c.attempt, due=0.0)
            )


def _alive(connection: Connection, there: set[str]) -> bool:
    left_s = workers.c.lease_until - db_now()  # longer than a lease: the clock was set back after it died
    query = select(func.count()).select_from(workers).where(left_s > 0, left_s <= LEASE_S)
    return "workers" in there and bool(connection.execute(query).scalar_one())


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).one_or_none() is not None  # noqa: S608  (ours)
