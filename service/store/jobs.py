"""Jobs: the orders of callers, and what has become of them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, text, update

from warpack.service.store.database import Database
from warpack.service.store.events import record
from warpack.service.store.intake import IdempotencyKeyReused, Stored, look_up, take_order, topic_of, topics
from warpack.service.store.records import FINAL_STATES, Job, Order, Taken, now
from warpack.service.store.tables import artefacts, bundles, manifests, orders, solves, validations
from warpack.service.store.uses import Uses
from warpack.service.store.views import STATE, job_rows, to_job

__all__ = ["IdempotencyKeyReused", "Jobs"]


_STANDS = text(
    "SELECT 1 FROM orders JOIN solves ON solves.id = orders.solve_id "
    "JOIN validations ON validations.id = orders.validation_id "
    "WHERE orders.id = :id AND orders.used >= 0 AND orders.cancelled_at IS NULL AND solves.state = 'solved' "
    "AND validations.state IN ('passed', 'outdone')"
)


class Jobs:
    def __init__(self, database: Database, uses: Uses) -> None:
        self._database, self._uses = database, uses

    def take(self, order: Order) -> Taken:
        """The job for this order: a stored one where the store can answer, else a new one.

        Raises `IdempotencyKeyReused` when the order's key came with another request before.
        """
        if order.idempotency_key is None:
            stored = self.look_up(order)
            if stored is not None and stored.job_id is not None:
                self._uses.note(stored.job_id)
                return Taken(stored.job_id)  # without waiting for the write lock
        with self._database.writing(*topics(order)) as connection:
            return take_order(connection, order)

    def look_up(self, order: Order) -> Stored | None:
        """What is there for an order. Writes nothing."""
        with self._database.reading() as connection:
            return look_up(connection, order)

    def get(self, job_id: str) -> Job | None:
        with self._database.reading() as connection:
            row = connection.execute(job_rows(with_layouts=True).where(orders.c.id == job_id)).one_or_none()
        if row is None:
            return None
        self._uses.note(job_id)
        return to_job(row)

    def stands(self, job_id: str) -> bool:
        """Whether a job that was ready is so still. One look-up, for whoever has its answer."""
        with self._database.reading() as connection:
            stands = connection.execute(_STANDS, {"id": job_id}).scalar_one_or_none() is not None
        if stands:
            self._uses.note(job_id)
        return stands

    def state(self, job_id: str) -> str | None:
        """The state alone: what a waiting call asks for many times a second."""
        query = job_rows(with_layouts=False).with_only_columns(STATE).where(orders.c.id == job_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def newest(
        self, limit: int, *, before: int | None = None, state: str | None = None, caller: str | None = None
    ) -> list[Job]:
        """At most `limit` jobs, newest first, of those that came before the one with the `seq` of `before`."""
        query = job_rows(with_layouts=False).order_by(orders.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(orders.c.seq < before)
        if state is not None:
            query = query.where(STATE.in_((state,)))
        if caller is not None:
            query = query.where(orders.c.caller == caller)
        with self._database.reading() as connection:
            return [to_job(row) for row in connection.execute(query)]

    def manifest(self, job_id: str) -> tuple[str, float] | None:
        """The manifest as it was first posted under its hash, and the time limit of this job."""
        query = (
            select(manifests.c.document, orders.c.time_limit_s)
            .join(solves, solves.c.manifest_sha256 == manifests.c.sha256)
            .join(orders, orders.c.solve_id == solves.c.id)
            .where(orders.c.id == job_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row[0], row[1])

    def artefact(self, job_id: str, name: str) -> str | None:
        query = (
            select(artefacts.c.content)
            .join(orders, orders.c.validation_id == artefacts.c.validation_id)
            .where(orders.c.id == job_id, artefacts.c.name == name)
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def cancel(self, job_id: str) -> Job | None:
        """Cancel an unfinished job, and the work under it that no other job waits for. A finished one stays as it
        is."""
        query = job_rows(with_layouts=True).where(orders.c.id == job_id)
        with self._database.reading() as connection:
            solve_id = connection.execute(select(orders.c.solve_id).where(orders.c.id == job_id)).scalar_one_or_none()
            topic = "" if solve_id is None else topic_of(connection, solve_id)
        with self._database.writing(topic) as connection:
            row = connection.execute(query).one_or_none()
            if row is None or row.state in FINAL_STATES:
                return None if row is None else to_job(row)
            connection.execute(update(orders).where(orders.c.id == job_id).values(cancelled_at=now()))
            record(connection, "cancelled", row.solve_id, order_id=job_id)
            _stop_unwanted(connection, row.solve_id, row.validation_id)
            return to_job(connection.execute(query).one())


def _stop_unwanted(connection: Connection, solve_id: str, validation_id: str | None) -> None:
    """The token stays: who held the task may still hand over the best that it had."""
    wanted = select(func.count()).select_from(orders).where(orders.c.cancelled_at.is_(None))
    if not connection.execute(wanted.where(orders.c.solve_id == solve_id)).scalar_one():
        connection.execute(
            update(solves)
            .where(solves.c.id == solve_id, solves.c.state.in_(("queued", "solving")))
            .values(state="cancelled", holder=None, finished_at=now())
        )
    if validation_id and not connection.execute(wanted.where(orders.c.validation_id == validation_id)).scalar_one():
        connection.execute(
            update(validations)
            .where(validations.c.id == validation_id, validations.c.state.in_(("waiting", "validating")))
            .values(state="cancelled", holder=None, finished_at=now())
        )
        connection.execute(delete(bundles).where(bundles.c.validation_id == validation_id))
