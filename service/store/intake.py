"""Takes an order into the store. What the store has is used again; what is missing becomes a task.

All orders with one manifest hash share solves. A solve answers an order in three cases: its layout is proven, or proven
infeasible; a solver of this version gave it at least as much time; or it is in progress with at least as much time. A
validation answers an order if it passed at the level asked for or above, or is in progress for that level. What `best`
means may have risen since. Then the layout is validated anew, and the old validation is *outdone*; its orders stay
ready.

A solve has the highest priority of the orders that share it.

A finished order answers its caller again. An unfinished order is never given out twice: a caller who posts the same
again gets another order, and can cancel it without any effect on the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, case, delete, insert, or_, select, update

from warpack.service.store.caps import Places
from warpack.service.store.clock import db_now
from warpack.service.store.events import record
from warpack.service.store.records import FINAL_STATES, PRIORITIES, Order, Priority, Taken, Task, new_id, now, satisfies
from warpack.service.store.tables import idempotency_keys, layouts, manifests, orders, solves, validations
from warpack.service.store.tasks import next_task, task_query
from warpack.service.store.turns import is_short, next_tag
from warpack.service.store.views import STATE, job_rows
from warpack.service.versions import solver_version

KEYS_LAST_S = 24 * 3600.0
"""How long an Idempotency-Key is remembered. No build tries again for longer."""


class IdempotencyKeyReused(ValueError):
    """This Idempotency-Key was used with another request before."""


def topics(order: Order) -> tuple[str, ...]:
    """The topics that a write of this order must lock."""
    found = [manifest_topic(order.manifest_sha256)]
    if order.idempotency_key is not None:
        found.append(f"key {order.caller} {order.idempotency_key}")
    if order.caller:
        found.append(f"orders of {order.caller}")  # for the cap on their number
    return tuple(found)


def topic_of(connection: Connection, solve_id: str) -> str:
    """The topic of a solve's manifest."""
    query = select(solves.c.manifest_sha256).where(solves.c.id == solve_id)
    return manifest_topic(connection.execute(query).scalar_one())


def manifest_topic(manifest_sha256: str) -> str:
    """The topic of a manifest, with its solves and orders."""
    return f"manifest {manifest_sha256}"


def take_order(connection: Connection, order: Order, places: Places) -> Taken:
    """Takes the order. Call it in a write transaction, so that equal orders that arrive together become one solve.
    Raises `QueueFull` if the order would be open and exceed a cap; then nothing is written."""
    if order.idempotency_key is None:
        return _take(connection, order, places)
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.expires < db_now()))
    known = connection.execute(
        select(idempotency_keys).where(
            idempotency_keys.c.caller == order.caller, idempotency_keys.c.key == order.idempotency_key
        )
    ).one_or_none()
    if known is not None:
        if known.request_sha256 != order.request_sha256:
            raise IdempotencyKeyReused(order.idempotency_key)
        return Taken(known.order_id)
    taken = _take(connection, order, places)
    connection.execute(
        insert(idempotency_keys).values(
            caller=order.caller,
            key=order.idempotency_key,
            request_sha256=order.request_sha256,
            order_id=taken.job_id,
            expires=db_now() + KEYS_LAST_S,
        )
    )
    return taken


def check_keys(connection: Connection, order: Order, begin: str) -> None:
    """Raises `IdempotencyKeyReused` if this caller used a key that begins with `begin` with another request than this
    order's."""
    columns = idempotency_keys.c
    query = select(columns.key).where(
        columns.caller == order.caller,
        columns.key.startswith(begin, autoescape=True),
        columns.request_sha256 != order.request_sha256,
        columns.expires >= db_now(),
    )
    if connection.execute(query.limit(1)).one_or_none() is not None:
        raise IdempotencyKeyReused(begin)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store has for an order: a solve, its validation, and a finished order of the same caller that both
    answer. There is no validation (None) if it is still missing, or needed anew."""

    solve_id: str
    state: str
    validation_id: str | None
    job_id: str | None
    priority: str
    final: bool
    """Whether it answers an order at once."""


def look_up(connection: Connection, order: Order) -> Stored | None:
    """What the store has for an order without an Idempotency-Key. Writes nothing."""
    solve = _usable_solve(connection, order)
    if solve is None:
        return None
    solve_id, state, priority = solve
    validation_id, final = None, state == "infeasible"
    if state == "solved":
        found = usable_validation(connection, solve_id, order.required, order.best_level)
        if found is not None:
            validation_id, final = found
    same = (
        job_rows(with_layouts=False)
        .with_only_columns(orders.c.id)
        .where(
            orders.c.solve_id == solve_id,
            orders.c.used >= 0,  # not marked for removal: see `retention`
            orders.c.caller == order.caller,
            orders.c.name == order.name,
            orders.c.required == order.required,
            orders.c.validation_id.is_(None) if validation_id is None else orders.c.validation_id == validation_id,
            STATE.in_(FINAL_STATES - {"cancelled"}),
        )
        .order_by(orders.c.seq)
        .limit(1)
    )
    return Stored(solve_id, state, validation_id, connection.execute(same).scalar_one_or_none(), priority, final)


def _take(connection: Connection, order: Order, places: Places) -> Taken:
    stored = look_up(connection, order)
    if stored is None or not stored.final:
        places.take()
    if stored is None:
        task = _new_solve(connection, order)
        return Taken(_new_order(connection, order, task.id, None), task)
    if stored.job_id is not None:
        return Taken(stored.job_id)
    if stored.state == "solved" and stored.validation_id is None:
        task = new_validation(connection, stored.solve_id, order.required)
        return Taken(_new_order(connection, order, stored.solve_id, task.id), task)
    raised = _raised(connection, order, stored) if stored.state == "queued" else None
    return Taken(_new_order(connection, order, stored.solve_id, stored.validation_id), raised)


def _raised(connection: Connection, order: Order, stored: Stored) -> Task | None:
    """Gives a waiting solve the priority of this order, if that is higher. It becomes a new attempt, because the engine
    does not change the turn of an attempt that it has."""
    if PRIORITIES.index(order.priority) <= PRIORITIES.index(cast(Priority, stored.priority)):
        return None
    short = is_short(order.buffers, order.time_limit_s)
    connection.execute(
        update(solves)
        .where(solves.c.id == stored.solve_id)
        .values(
            caller=order.caller,
            priority=order.priority,
            tag=next_tag(connection, order.caller, order.priority, short=short),
            attempt=solves.c.attempt + 1,
            due=db_now(),
        )
    )
    return next_task("solve", connection.execute(task_query("solve").where(solves.c.id == stored.solve_id)).one())


def _usable_solve(connection: Connection, order: Order) -> tuple[str, str, str] | None:
    """The id, state and priority of a solve that answers the order."""
    proven = or_(solves.c.state == "infeasible", layouts.c.status == "optimal")
    done = solves.c.state.in_(("solved", "infeasible"))
    by_this_version = done & (solves.c.version == solver_version())
    under_way = solves.c.state.in_(("queued", "solving"))
    query = (
        select(solves.c.id, solves.c.state, solves.c.priority)
        .outerjoin(layouts, layouts.c.solve_id == solves.c.id)
        .where(
            solves.c.manifest_sha256 == order.manifest_sha256,
            or_(done & proven, (by_this_version | under_way) & (solves.c.time_limit_s >= order.time_limit_s)),
        )
        .order_by(case((proven, 0), (done, 1), else_=2), solves.c.time_limit_s.desc(), solves.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.id, row.state, row.priority)


def usable_validation(
    connection: Connection, solve_id: str, required: str, best: str = "simulated"
) -> tuple[str, bool] | None:
    """The id of a validation of this solve that answers `required` or will do so, and whether it answers already.
    `best`: see `Order.best_level`."""
    query = (
        select(validations.c.id, validations.c.required, validations.c.state, validations.c.level)
        .where(validations.c.solve_id == solve_id, validations.c.state.in_(("waiting", "validating", "passed")))
        .order_by(case((validations.c.required == required, 0), else_=1), validations.c.id)
    )
    for row in connection.execute(query):
        passed = row.state == "passed"
        if satisfies(row.level, required, best) if passed else row.required == required:
            return str(row.id), passed
    return None


def new_validation(connection: Connection, solve_id: str, required: str) -> Task:
    connection.execute(
        update(validations)
        .where(validations.c.solve_id == solve_id, validations.c.required == required, validations.c.state == "passed")
        .values(state="outdone")
    )
    validation_id = new_id()
    tag = select(solves.c.tag).where(solves.c.id == solve_id).scalar_subquery()
    connection.execute(
        insert(validations).values(
            id=validation_id,
            solve_id=solve_id,
            required=required,
            state="waiting",
            attempt=0,
            tag=tag,
            due=db_now(),
            created_at=now(),
        )
    )
    query = task_query("validate").where(validations.c.id == validation_id)
    return next_task("validate", connection.execute(query).one())


def _new_solve(connection: Connection, order: Order) -> Task:
    known = select(manifests.c.sha256).where(manifests.c.sha256 == order.manifest_sha256)
    if connection.execute(known).one_or_none() is None:
        connection.execute(
            insert(manifests).values(
                sha256=order.manifest_sha256,
                document=order.document,
                created_at=now(),
                compute_capability=order.compute_capability,
                buffers=order.buffers,
            )
        )
    solve_id = new_id()
    short = is_short(order.buffers, order.time_limit_s)
    connection.execute(
        insert(solves).values(
            id=solve_id,
            manifest_sha256=order.manifest_sha256,
            time_limit_s=order.time_limit_s,
            state="queued",
            attempt=0,
            caller=order.caller,
            priority=order.priority,
            tag=next_tag(connection, order.caller, order.priority, short=short),
            due=db_now() + order.handed_over_in_s,
            created_at=now(),
        )
    )
    record(connection, "queued", solve_id)
    return next_task("solve", connection.execute(task_query("solve").where(solves.c.id == solve_id)).one())


def _new_order(connection: Connection, order: Order, solve_id: str, validation_id: str | None) -> str:
    order_id = new_id()
    connection.execute(
        insert(orders).values(
            id=order_id,
            caller=order.caller,
            name=order.name,
            required=order.required,
            solve_id=solve_id,
            validation_id=validation_id,
            time_limit_s=order.time_limit_s,
            created_at=now(),
            priority=order.priority,
            used=db_now(),
        )
    )
    return order_id
