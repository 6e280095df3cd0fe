"""Solves. A worker claims one, and it is delivered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from warpack.service.store.database import Database
from warpack.service.store.events import record
from warpack.service.store.intake import manifest_topic, new_validation, usable_validation
from warpack.service.store.leases import SOLVE
from warpack.service.store.records import Claim, Task, now
from warpack.service.store.tables import layouts, manifests, orders, solves
from warpack.service.store.validations import Verdict, keep_at_once


@dataclass(frozen=True, slots=True)
class SolvedLayout:
    """A layout as text, with the figures of it that the store needs. `version` is that of the solver."""

    status: str
    layout_sha256: str
    minimum_budget_bytes: int | None
    document: str
    version: str = ""


class Solves:
    """The repository of solves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, task: Task, holder: str, most_format: int | None = None) -> Claim | None:
        """Claims this attempt. None if the solve is finished or cancelled, if another attempt has replaced this one, or
        if the holder cannot read its format; see `Lease.claim`."""
        with self._database.writing() as connection:
            token = SOLVE.claim(connection, task.id, task.attempt, holder, most_format)
            if token is None:
                return None
            record(connection, "solving", task.id)
            return solve_claim(connection, task, token)

    def deliver(self, claim: Claim, layout: SolvedLayout) -> tuple[Task, ...] | None:
        """Keeps the result of the newest attempt, and returns the validations that its orders need. A late result is
        dropped: None."""
        with self._database.writing(manifest_topic(claim.manifest_sha256)) as connection:
            return _deliver(connection, claim, layout)

    def deliver_verified(
        self, claim: Claim, layout: SolvedLayout, verdict: Verdict, holder: str
    ) -> tuple[Task, ...] | None:
        """Does what `deliver` does, and keeps the verdict of the `holder`, who has verified the layout at once, as that
        of level static. Returns the validations that are left. All of it is stored, or nothing."""
        with self._database.writing(manifest_topic(claim.manifest_sha256)) as connection:
            tasks = _deliver(connection, claim, layout)
            if tasks is None:
                return None
            return tuple(
                task
                for task in tasks
                if task.required != "static" or not keep_at_once(connection, task, holder, verdict)
            )

    def tell(self, claim: Claim, incumbent: dict[str, Any]) -> None:
        """Records a better packing as an event. One of an attempt that was given up is dropped."""
        with self._database.writing() as connection:
            if SOLVE.wanted(connection, frozenset((claim.token,))):
                record(connection, "incumbent", claim.id, document=incumbent)

    def keep_best(self, claim: Claim, layout: SolvedLayout) -> bool:
        """Keeps the best layout of a solve that was cancelled during the search, once. Returns whether it did."""
        cancelled = update(solves).where(
            solves.c.id == claim.id, solves.c.state == "cancelled", solves.c.token == claim.token
        )
        with self._database.writing() as connection:
            if not connection.execute(cancelled.values(token=None)).rowcount:
                return False
            connection.execute(insert(layouts).values(solve_id=claim.id, **_columns(layout)))
            record(connection, "cancelled", claim.id)
            return True

    def fail(self, claim: Claim, problem: str) -> bool:
        """Ends the solve as failed. `problem` is JSON text for the caller. Returns whether the claim still stood."""
        change = SOLVE.change(claim.id, claim.token)
        with self._database.writing() as connection:
            if not connection.execute(
                change.values(state="failed", holder=None, problem=problem, finished_at=now())
            ).rowcount:
                return False
            record(connection, "failed", claim.id)
            return True


def solve_claim(connection: Connection, task: Task, token: str) -> Claim:
    """The claim, with all that its holder needs to know."""
    row = connection.execute(
        select(solves.c.time_limit_s, solves.c.manifest_sha256, manifests.c.document)
        .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
        .where(solves.c.id == task.id)
    ).one()
    return Claim(task, token, row.document, manifest_sha256=row.manifest_sha256, time_limit_s=row.time_limit_s)


def _deliver(connection: Connection, claim: Claim, layout: SolvedLayout) -> tuple[Task, ...] | None:
    state = "infeasible" if layout.status == "infeasible" else "solved"
    change = SOLVE.change(claim.id, claim.token)
    if not connection.execute(
        change.values(state=state, holder=None, version=layout.version, finished_at=now())
    ).rowcount:
        return None
    connection.execute(insert(layouts).values(solve_id=claim.id, **_columns(layout)))
    if state == "infeasible":
        record(connection, "infeasible", claim.id)
        return ()
    record(connection, "validating", claim.id)
    waiting = (orders.c.solve_id == claim.id) & orders.c.cancelled_at.is_(None)
    tasks = []
    for required in connection.execute(select(orders.c.required).where(waiting).distinct()).scalars().all():
        usable = usable_validation(connection, claim.id, required)
        if usable is None:
            task = new_validation(connection, claim.id, required)
            tasks.append(task)
        validation_id = task.id if usable is None else usable[0]
        connection.execute(
            update(orders).where(waiting, orders.c.required == required).values(validation_id=validation_id)
        )
    return tuple(tasks)


def _columns(layout: SolvedLayout) -> dict[str, object]:
    return {
        "status": layout.status,
        "layout_sha256": layout.layout_sha256,
        "minimum_budget_bytes": layout.minimum_budget_bytes,
        "document": layout.document,
    }
