"""The events of jobs, in their order. The transaction that changes a state writes the event. Callers who wait read it.

An event is about a solve and all its orders, about one validation of the solve, or about one order alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select

from warpack.service.store.database import Database
from warpack.service.store.records import now
from warpack.service.store.tables import events


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: `queued`, `solving`, `incumbent`, `validating`, `ready`, `infeasible`, `failed` or `cancelled`. Ids grow
    with time."""

    id: int
    solve_id: str
    validation_id: str | None
    order_id: str | None
    kind: str
    document: dict[str, Any]
    at: str


def record(
    connection: Connection,
    kind: str,
    solve_id: str,
    *,
    validation_id: str | None = None,
    order_id: str | None = None,
    document: dict[str, Any] | None = None,
) -> None:
    """Records an event. Call it in the transaction that changes the state."""
    connection.execute(
        insert(events).values(
            solve_id=solve_id,
            validation_id=validation_id,
            order_id=order_id,
            kind=kind,
            document=json.dumps(document or {}, ensure_ascii=False),
            at=now(),
        )
    )


class Events:
    """The repository of events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> int:
        """The id of the last event; 0 before the first."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one())

    def solves_since(self, last: int) -> tuple[int, frozenset[str]]:
        """The id of the newest event, and the solves that have events after the event `last`."""
        query = select(events.c.id, events.c.solve_id).where(events.c.id > last)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return max((row.id for row in rows), default=last), frozenset(row.solve_id for row in rows)

    def of_order(self, order_id: str, solve_id: str, validation_id: str | None, *, after: int = 0) -> tuple[Event, ...]:
        """The events of one order, oldest first: those of its solve, of its validation and of itself."""
        query = (
            select(events)
            .where(
                events.c.solve_id == solve_id,
                events.c.id > after,
                or_(events.c.validation_id.is_(None), events.c.validation_id == validation_id),
                or_(events.c.order_id.is_(None), events.c.order_id == order_id),
            )
            .order_by(events.c.id)
        )
        with self._database.reading() as connection:
            return tuple(
                Event(
                    id=row.id,
                    solve_id=row.solve_id,
                    validation_id=row.validation_id,
                    order_id=row.order_id,
                    kind=row.kind,
                    document=json.loads(row.document),
                    at=row.at,
                )
                for row in connection.execute(query)
            )
