"""Jobs: the orders of callers, with the state of their solve and validation."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, text, update

from warpack.service.store.caps import Caps, Places, QueueFull
from warpack.service.store.database import Database
from warpack.service.store.events import record
from warpack.service.store.intake import IdempotencyKeyReused, Stored, check_keys, look_up, take_order, topic_of, topics
from warpack.service.store.rare_states import may_be_in
from warpack.service.store.records import FINAL_STATES, Job, Order, Taken, now
from warpack.service.store.tables import artefacts, bundles, manifests, orders, solves, validations
from warpack.service.store.uses import Uses
from warpack.service.store.views import STATE, job_rows, to_job

_AT_ONCE = 100
"""Orders in one transaction. Other writes have their turn between two of these."""

__all__ = ["IdempotencyKeyReused", "Jobs", "QueueFull"]


_STANDING = text(
    "SELECT orders.id FROM orders JOIN solves ON solves.id = orders.solve_id "
    "JOIN validations ON validations.id = orders.validation_id "
    "WHERE orders.id IN :ids AND orders.used >= 0 AND orders.cancelled_at IS NULL AND solves.state = 'solved' "
    "AND validations.state IN ('passed', 'outdone')"
).bindparams(bindparam("ids", expanding=True))


class Jobs:
    """The repository of jobs."""

    def __init__(self, database: Database, uses: Uses) -> None:
        self._database, self._uses = database, uses

    def take(self, order: Order, caps: Caps | None = None) -> Taken:
        """The job for this order: a stored one if the store can answer, else a new one.

        Raises `IdempotencyKeyReused` if the order's key was used with another request before. Raises `QueueFull` if the
        order would be open and exceed the `caps`; then nothing is written.
        """
        if order.idempotency_key is None:
            stored = self.look_up(order)
            if stored is not None and stored.job_id is not None:
                self._uses.note(stored.job_id)
                return Taken(stored.job_id)  # without waiting for the write lock
        with self._database.writing(*topics(order)) as connection:
            return take_order(connection, order, Places(connection, order.caller, caps))

    def take_all(
        self, orders: Sequence[Order], caps: Caps | None = None, *, keys_begin: str | None = None
    ) -> list[Taken | QueueFull]:
        """Takes orders of one caller, as `take` does, some in each transaction. An order that exceeds a cap has its
        `QueueFull` in the result. `keys_begin`: how the keys of these orders begin, and no other keys. Raises
        `IdempotencyKeyReused`, before anything is written, if such a key was used with another request."""
        results: list[Taken | QueueFull] = []
        for number in range(0, len(orders), _AT_ONCE):
            some = orders[number : number + _AT_ONCE]
            with self._database.writing(*(topic for order in some for topic in topics(order))) as connection:
                if not number and keys_begin is not None:
                    check_keys(connection, some[0], keys_begin)
                places = Places(connection, some[0].caller, caps)
                for order in some:
                    try:
                        results.append(take_order(connection, order, places))
                    except QueueFull as full:
                        results.append(full)
        return results

    def look_up(self, order: Order) -> Stored | None:
        """What the store has for an order. Writes nothing."""
        with self._database.reading() as connection:
            return look_up(connection, order)

    def get(self, job_id: str) -> Job | None:
        """The job with this id; None if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(job_rows(with_layouts=True).where(orders.c.id == job_id)).one_or_none()
        if row is None:
            return None
        self._uses.note(job_id)
        return to_job(row)

    def some(self, job_ids: Sequence[str]) -> dict[str, Job]:
        """The jobs with these ids, by id, without their layouts."""
        found: dict[str, Job] = {}
        with self._database.reading() as connection:
            for number in range(0, len(job_ids), _AT_ONCE):
                query = job_rows(with_layouts=False).where(orders.c.id.in_(job_ids[number : number + _AT_ONCE]))
                found |= {row.id: to_job(row) for row in connection.execute(query)}
        for job_id in found:
            self._uses.note(job_id)
        return found

    def standing(self, job_ids: Collection[str]) -> frozenset[str]:
        """Those of these jobs that are still ready, in one look-up. It serves callers who keep the answers of jobs."""
        with self._database.reading() as connection:
            found = frozenset(connection.execute(_STANDING, {"ids": list(job_ids)}).scalars())
        for job_id in found:
            self._uses.note(job_id)
        return found

    def state(self, job_id: str) -> str | None:
        """The state alone. A waiting call asks for it many times a second."""
        query = job_rows(with_layouts=False).with_only_columns(STATE).where(orders.c.id == job_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def newest(
        self,
        limit: int,
        *,
        before: int | None = None,
        states: Sequence[str] = (),
        caller: str | None = None,
        name: str | None = None,
        manifest_sha256: str | None = None,
    ) -> list[Job]:
        """At most `limit` jobs, newest first. `before`: only jobs with a smaller `seq`. `states`: only jobs in one of
        these states, if any are given."""
        query = job_rows(with_layouts=False).order_by(orders.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(orders.c.seq < before)
        if states:
            query = query.where(STATE.in_(states))
        if (few := may_be_in(states)) is not None:
            query = query.where(few)
        wanted = ((orders.c.caller, caller), (orders.c.name, name), (solves.c.manifest_sha256, manifest_sha256))
        query = query.where(*(column == value for column, value in wanted if value is not None))
        with self._database.reading() as connection:
            return [to_job(row) for row in connection.execute(query)]

    def manifest(self, job_id: str) -> tuple[str, float] | None:
        """The job's time limit, after its manifest as the first caller posted it under its hash."""
        query = (
            select(manifests.c.document, orders.c.time_limit_s)
            .join(solves, solves.c.manifest_sha256 == manifests.c.sha256)
            .join(orders, orders.c.solve_id == solves.c.id)
            .where(orders.c.id == job_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row[0], row[1])

    def artefacts(self, job_id: str) -> dict[str, str]:
        """The files that the job's validation made, by name."""
        query = (
            select(artefacts.c.name, artefacts.c.content)
            .join(orders, orders.c.validation_id == artefacts.c.validation_id)
            .where(orders.c.id == job_id)
        )
        with self._database.reading() as connection:
            return {row.name: row.content for row in connection.execute(query)}

    def cancel(self, job_id: str) -> Job | None:
        """Cancels an unfinished job, and its tasks that no other job waits for. A finished job stays as it is."""
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
    """Ends the tasks that no order waits for. Their tokens stay valid, so that the holder can still hand over its best
    layout."""
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
