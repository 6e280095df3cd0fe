"""An order meets the store: what is there already is used again, what is missing becomes work.

Solves are shared by every job of one manifest hash. A solve answers an order when its layout is proven (or proven
infeasible), when it was given at least as much time, or when it is under way with at least as much time. A validation
answers when it passed at the level asked for or above, or is under way for that level. What `best` means may have risen
since: then the layout is validated anew, and the old validation is *outdone*, its jobs as ready as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, insert, or_, select, update

from warpack.service.store.records import Order, Taken, Task, new_id, now, satisfies
from warpack.service.store.tables import idempotency_keys, jobs, layouts, manifests, solves, validations


class IdempotencyKeyReused(ValueError):
    """This Idempotency-Key came with another request before."""


def take_order(connection: Connection, order: Order) -> Taken:
    """To be called inside a write transaction, so that equal orders that arrive together become one solve."""
    if order.idempotency_key is not None:
        known = connection.execute(
            select(idempotency_keys).where(idempotency_keys.c.key == order.idempotency_key)
        ).one_or_none()
        if known is not None:
            if known.request_sha256 != order.request_sha256:
                raise IdempotencyKeyReused(order.idempotency_key)
            return Taken(known.job_id)
    taken = _take(connection, order)
    if order.idempotency_key is not None:
        connection.execute(
            insert(idempotency_keys).values(
                key=order.idempotency_key,
                request_sha256=order.request_sha256,
                job_id=taken.job_id,
                created_at=now(),
            )
        )
    return taken


@dataclass(frozen=True, slots=True)
class Stored:
    """What is there for an order: a solve, the validation of it (None: not yet, or needed anew), and a job for both."""

    solve_id: str
    state: str
    validation_id: str | None
    job_id: str | None

    @property
    def complete(self) -> bool:
        """Whether the order needs nothing that is not there."""
        return self.job_id is not None and (self.validation_id is not None or self.state != "solved")


def look_up(connection: Connection, order: Order) -> Stored | None:
    """What the store has for an order that came with no Idempotency-Key. Writes nothing."""
    solve = _usable_solve(connection, order)
    if solve is None:
        return None
    solve_id, state = solve
    validation_id = None
    if state == "solved":
        validation_id = usable_validation(connection, solve_id, order.required, order.best_level)
    same = (
        select(jobs.c.id)
        .where(
            jobs.c.solve_id == solve_id,
            jobs.c.name == order.name,
            jobs.c.required == order.required,
            jobs.c.cancelled_at.is_(None),
            jobs.c.validation_id.is_(None) if validation_id is None else jobs.c.validation_id == validation_id,
        )
        .order_by(jobs.c.id)
        .limit(1)
    )
    return Stored(solve_id, state, validation_id, connection.execute(same).scalar_one_or_none())


def _take(connection: Connection, order: Order) -> Taken:
    stored = look_up(connection, order)
    if stored is None:
        solve_id = _new_solve(connection, order)
        return Taken(_new_job(connection, order, solve_id, None), Task("solve", solve_id))
    if stored.job_id is not None and stored.complete:
        return Taken(stored.job_id)
    if stored.state == "solved" and stored.validation_id is None:
        validation_id = new_validation(connection, stored.solve_id, order.required)
        job_id = _new_job(connection, order, stored.solve_id, validation_id)
        return Taken(job_id, Task("validate", validation_id, order.required))
    return Taken(_new_job(connection, order, stored.solve_id, stored.validation_id))


def _usable_solve(connection: Connection, order: Order) -> tuple[str, str] | None:
    proven = or_(solves.c.state == "infeasible", layouts.c.status == "optimal")
    done = solves.c.state.in_(("solved", "infeasible"))
    under_way = solves.c.state.in_(("queued", "solving"))
    query = (
        select(solves.c.id, solves.c.state)
        .outerjoin(layouts, layouts.c.solve_id == solves.c.id)
        .where(
            solves.c.manifest_sha256 == order.manifest_sha256,
            or_(done & proven, (done | under_way) & (solves.c.time_limit_s >= order.time_limit_s)),
        )
        .order_by(case((proven, 0), (done, 1), else_=2), solves.c.time_limit_s.desc(), solves.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.id, row.state)


def usable_validation(connection: Connection, solve_id: str, required: str, best: str = "simulated") -> str | None:
    """The id of a validation of this solve that answers `required`, or will. `best`: see `Order.best_level`."""
    query = (
        select(validations.c.id, validations.c.required, validations.c.state, validations.c.level)
        .where(validations.c.solve_id == solve_id, validations.c.state.in_(("waiting", "validating", "passed")))
        .order_by(case((validations.c.required == required, 0), else_=1), validations.c.id)
    )
    for row in connection.execute(query):
        passed = row.state == "passed"
        if satisfies(row.level, required, best) if passed else row.required == required:
            return str(row.id)
    return None


def new_validation(connection: Connection, solve_id: str, required: str) -> str:
    connection.execute(
        update(validations)
        .where(validations.c.solve_id == solve_id, validations.c.required == required, validations.c.state == "passed")
        .values(state="outdone")
    )
    validation_id = new_id()
    connection.execute(
        insert(validations).values(
            id=validation_id, solve_id=solve_id, required=required, state="waiting", attempt=0, created_at=now()
        )
    )
    return validation_id


def _new_solve(connection: Connection, order: Order) -> str:
    known = select(manifests.c.sha256).where(manifests.c.sha256 == order.manifest_sha256)
    if connection.execute(known).one_or_none() is None:
        connection.execute(
            insert(manifests).values(
                sha256=order.manifest_sha256,
                document=order.document,
                created_at=now(),
                compute_capability=order.compute_capability,
            )
        )
    solve_id = new_id()
    connection.execute(
        insert(solves).values(
            id=solve_id,
            manifest_sha256=order.manifest_sha256,
            time_limit_s=order.time_limit_s,
            state="queued",
            attempt=0,
            created_at=now(),
        )
    )
    return solve_id


def _new_job(connection: Connection, order: Order, solve_id: str, validation_id: str | None) -> str:
    job_id = new_id()
    connection.execute(
        insert(jobs).values(
            id=job_id,
            name=order.name,
            required=order.required,
            solve_id=solve_id,
            validation_id=validation_id,
            time_limit_s=order.time_limit_s,
            created_at=now(),
        )
    )
    return job_id
