"""How many tasks and orders wait or are worked on now, over all processes. The queries stay short, however large the
store is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.leases import ALL
from warpack.service.store.tables import orders, solves, validations, workers


@dataclass(frozen=True, slots=True)
class Queue:
    """The tasks of one kind. `oldest_s`: how long the oldest waiting task has waited; 0 if none waits."""

    kind: str
    waiting: int
    held: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Now:
    """`orders`: unfinished orders by state. `workers`: live workers by the queue that they take from. `working`: live
    processes that take tasks. `answering`: live processes that take none."""

    queues: tuple[Queue, ...]
    orders: Mapping[str, int]
    workers: Mapping[str, int]
    working: int
    answering: int


class Figures:
    """The gauges of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Now:
        """All gauges now."""
        with self._database.reading() as connection:
            alive = select(workers.c.queues).where(workers.c.lease_until > db_now())
            taken = [json.loads(queues) for queues in connection.execute(alive).scalars()]
            return Now(
                tuple(_queue(connection, kind) for kind in ALL),
                _unfinished_orders(connection),
                Counter(queue for queues in taken for queue in queues),
                sum(bool(queues) for queues in taken),
                sum(not queues for queues in taken),
            )


def _queue(connection: Connection, kind: str) -> Queue:
    lease = ALL[kind]
    query = lease.unfinished(lease.table.c.state, func.count().label("tasks"), (db_now() - func.min(lease.table.c.due)))
    found = {state: (tasks, age_s) for state, tasks, age_s in connection.execute(query.group_by(lease.table.c.state))}
    waiting, oldest_s = found.get(lease.waits, (0, 0.0))
    return Queue(kind, waiting, found.get(lease.held, (0, 0.0))[0], max(oldest_s, 0.0))


def _unfinished_orders(connection: Connection) -> dict[str, int]:
    """Counts the orders that wait for unfinished tasks. It starts from the tasks, which have an index."""
    count = select(func.count()).select_from(orders.join(solves, orders.c.solve_id == solves.c.id))
    count = count.where(orders.c.cancelled_at.is_(None))
    by_solve = count.add_columns(solves.c.state).where(solves.c.state.in_(("queued", "solving")))
    found = {state: number for number, state in connection.execute(by_solve.group_by(solves.c.state))}
    validating = (
        select(func.count())
        .select_from(orders.join(validations, orders.c.validation_id == validations.c.id))
        .where(orders.c.cancelled_at.is_(None), validations.c.state.in_(("waiting", "validating")))
    )
    waits = connection.execute(validating).scalar_one()
    return {"queued": 0, "solving": 0, **found, "validating": waits}
