"""Live workers. Every process that may hold tasks sends heartbeats, and each renews its lease on the database's clock.

If a lease has run out, its process is dead, stopped, hung or cut off. Another process finds that, and takes its tasks
back (see `leases`). If the process goes on later, its next heartbeat makes it a new holder, without its old tasks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.records import now
from warpack.service.store.tables import workers

LEASE_S = 8.0
BEAT_S = 2.0
GATEWAY_PREFIX = "gw-"
"""How the ids of gateway workers begin. They do not share the database; the API sends their heartbeats to it."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process, with the queues that it takes from, its devices and the versions of its parts. `room`: the number of
    tasks at a time, by queue. `beats`: the number of its heartbeats. `left_s`: what is left of its lease."""

    id: str
    queues: tuple[str, ...] = ()
    devices: tuple[Mapping[str, Any], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    room: Mapping[str, int] = field(default_factory=dict)
    beats: int = 0
    left_s: float = LEASE_S
    started_at: str = ""


class Workers:
    """The repository of workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker: Worker) -> None:
        """Renews the worker's lease. A worker that is new, or was given up, is entered."""
        renew = update(workers).where(workers.c.id == worker.id)
        with self._database.writing() as connection:
            renewed = connection.execute(renew.values(beats=workers.c.beats + 1, lease_until=db_now() + LEASE_S))
            if not renewed.rowcount:
                connection.execute(
                    insert(workers).values(
                        id=worker.id,
                        queues=json.dumps({queue: worker.room.get(queue, 1) for queue in worker.queues}),
                        devices=json.dumps([dict(device) for device in worker.devices]),
                        versions=json.dumps(dict(worker.versions)),
                        beats=1,
                        lease_until=db_now() + LEASE_S,
                        started_at=now(),
                    )
                )

    def renew(self, worker_id: str) -> bool:
        """Renews the lease of an entered worker. Returns whether it is entered."""
        change = update(workers).where(workers.c.id == worker_id)
        with self._database.writing() as connection:
            renewed = change.values(beats=workers.c.beats + 1, lease_until=db_now() + LEASE_S)
            return bool(connection.execute(renewed).rowcount)

    def get(self, worker_id: str) -> Worker | None:
        """The worker with this id; None if it is not entered."""
        with self._database.reading() as connection:
            row = connection.execute(_QUERY.where(workers.c.id == worker_id)).one_or_none()
        return None if row is None else _to_worker(row)

    def all(self) -> tuple[Worker, ...]:
        """All entered workers in the order of their ids, with or without a valid lease."""
        with self._database.reading() as connection:
            return tuple(map(_to_worker, connection.execute(_QUERY.order_by(workers.c.id))))

    def retire(self, worker_id: str) -> None:
        """Notes that the worker takes no more tasks."""
        with self._database.writing() as connection:
            connection.execute(update(workers).where(workers.c.id == worker_id).values(queues=json.dumps({})))

    def leave(self, worker_id: str) -> None:
        """Removes the worker."""
        with self._database.writing() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))


_QUERY: Select[Any] = select(
    workers.c.id,
    workers.c.queues,
    workers.c.devices,
    workers.c.versions,
    workers.c.beats,
    workers.c.started_at,
    (workers.c.lease_until - db_now()).label("left_s"),
)


def _to_worker(row: Row[Any]) -> Worker:
    queues = json.loads(row.queues)  # a list, if the worker is of an older version
    return Worker(
        id=row.id,
        queues=tuple(queues),
        room=queues if isinstance(queues, dict) else {},
        devices=tuple(json.loads(row.devices)),
        versions=json.loads(row.versions),
        beats=row.beats,
        left_s=row.left_s,
        started_at=row.started_at,
    )
