"""Retention: removes what nobody has used for long. Finished orders go first, then rows that no order refers to.

An order is removed in two steps. First it is marked; a marked order answers no new request. A minute later it is
removed, unless a caller who had found it before has used it meanwhile. A mark is its time, as a negative `used`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.intake import manifest_topic
from warpack.service.store.records import FINAL_STATES
from warpack.service.store.tables import (
    artefacts,
    bundles,
    events,
    idempotency_keys,
    layouts,
    manifests,
    orders,
    reports,
    solves,
    validations,
)
from warpack.service.store.views import STATE, job_rows

_BATCH = 100
MARKED_S = 60.0


class Retention:
    """Removes unused orders, and all that belongs to them alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tidy(self, age_s: float) -> int:
        """Removes a batch of marked orders, with the rows that only they refer to. Then marks a batch of orders that
        ended, and were last used, more than `age_s` ago. Returns how many orders were removed."""
        dropped = self._drop()
        self._mark(age_s)
        return dropped

    def _mark(self, age_s: float) -> None:
        ended_before = (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat(timespec="milliseconds")
        rows = job_rows(with_layouts=False)
        ended_at = rows.selected_columns.finished_at
        old = (
            rows.with_only_columns(orders.c.id)
            .where(
                orders.c.used >= 0,
                orders.c.used < db_now() - age_s,
                STATE.in_(FINAL_STATES),
                ended_at < ended_before,
            )
            .order_by(orders.c.used)
            .limit(_BATCH)
        )
        with self._database.reading() as connection:
            found = connection.execute(old).scalars().all()
        if found:
            with self._database.writing() as connection:
                unused = orders.c.id.in_(found) & (orders.c.used < db_now() - age_s)
                connection.execute(update(orders).where(unused).values(used=-db_now()))

    def _drop(self) -> int:
        marked = (orders.c.used < 0) & (orders.c.used > MARKED_S - db_now())
        query = (
            select(orders.c.id, solves.c.manifest_sha256)
            .join(solves, solves.c.id == orders.c.solve_id)
            .where(marked)
            .order_by(orders.c.used)
            .limit(_BATCH)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        if not found:
            return 0
        with self._database.writing(*(manifest_topic(row.manifest_sha256) for row in found)) as connection:
            still = select(orders.c.id, orders.c.solve_id, orders.c.validation_id).where(
                orders.c.id.in_([row.id for row in found]), marked
            )
            going = connection.execute(still).all()
            ids, solve_ids = [row.id for row in going], {row.solve_id for row in going}
            connection.execute(delete(idempotency_keys).where(idempotency_keys.c.order_id.in_(ids)))
            connection.execute(delete(events).where(events.c.solve_id.in_(solve_ids), events.c.order_id.in_(ids)))
            connection.execute(delete(orders).where(orders.c.id.in_(ids)))
            _drop_validations(connection, validations.c.id.in_({row.validation_id for row in going} - {None}))
            _drop_solves(connection, solve_ids)
        return len(going)


def _drop_validations(connection: Connection, these: ColumnElement[bool]) -> None:
    """Removes those of these validations that have ended and that no order refers to."""
    wanted = select(orders.c.id).where(orders.c.validation_id == validations.c.id).exists()
    unwanted = select(validations.c.id).where(these, validations.c.state.not_in(("waiting", "validating")), ~wanted)
    going = connection.execute(unwanted).scalars().all()
    for table in (artefacts, bundles, reports):
        connection.execute(delete(table).where(table.c.validation_id.in_(going)))
    connection.execute(delete(validations).where(validations.c.id.in_(going)))


def _drop_solves(connection: Connection, solve_ids: Collection[str]) -> None:
    """Removes those of these solves that have ended and that no order refers to, with all rows about them."""
    wanted = select(orders.c.id).where(orders.c.solve_id == solves.c.id).exists()
    these = solves.c.id.in_(solve_ids) & solves.c.state.not_in(("queued", "solving"))
    _drop_validations(connection, validations.c.solve_id.in_(select(solves.c.id).where(these, ~wanted)))
    left = select(validations.c.id).where(validations.c.solve_id == solves.c.id).exists()
    query = select(solves.c.id, solves.c.manifest_sha256).where(these, ~wanted, ~left)
    going = connection.execute(query).all()
    ids = [row.id for row in going]
    for table in (layouts, events):
        connection.execute(delete(table).where(table.c.solve_id.in_(ids)))
    connection.execute(delete(solves).where(solves.c.id.in_(ids)))
    used = select(solves.c.id).where(solves.c.manifest_sha256 == manifests.c.sha256).exists()
    of_them = manifests.c.sha256.in_({row.manifest_sha256 for row in going})
    connection.execute(delete(manifests).where(of_them, ~used))
