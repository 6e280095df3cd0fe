"""Notes when orders are used: read, or given out again. Notes are kept in memory and written now and then, so that a
read of an order writes nothing."""

from __future__ import annotations

from itertools import islice
from threading import Lock

from sqlalchemy import select, update

from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.tables import orders

_FRESH_S = 24 * 3600.0
"""A use that was written within this time is not written again."""
_BATCH = 500


class Uses:
    """The uses of orders since the last write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: set[str] = set()
        self._lock = Lock()

    def note(self, order_id: str) -> None:
        """Notes that an order is used now."""
        with self._lock:
            self._noted.add(order_id)

    def write(self) -> int:
        """Writes the notes since the last time. Returns how many orders that changed. If a process dies before, only
        its notes are lost."""
        with self._lock:
            noted, self._noted = self._noted, set()
        left, changed = iter(noted), 0
        while batch := list(islice(left, _BATCH)):
            stale = orders.c.id.in_(batch) & (orders.c.used < db_now() - _FRESH_S)
            with self._database.reading() as connection:
                found = connection.execute(select(orders.c.id).where(stale)).scalars().all()
            if found:
                with self._database.writing() as connection:
                    changed += connection.execute(
                        update(orders).where(orders.c.id.in_(found)).values(used=db_now())
                    ).rowcount
        return changed
