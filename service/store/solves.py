"""Solves: claimed by a worker, delivered once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from warpack.service.store.database import Database
from warpack.service.store.intake import new_validation, usable_validation
from warpack.service.store.records import Claim, Task, now
from warpack.service.store.tables import jobs, layouts, manifests, solves


@dataclass(frozen=True, slots=True)
class SolvedLayout:
    """A layout as text, and the figures of it that the store needs."""

    status: str
    layout_sha256: str
    minimum_budget_bytes: int | None
    document: str


class Solves:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, solve_id: str) -> Claim | None:
        """Begin an attempt, which ends every earlier one. None when the solve is finished, cancelled or unknown."""
        with self._database.writing() as connection:
            begun = connection.execute(
                update(solves)
                .where(solves.c.id == solve_id, solves.c.state.in_(("queued", "solving")))
                .values(state="solving", attempt=solves.c.attempt + 1)
            )
            if begun.rowcount == 0:
                return None
            row = connection.execute(
                select(solves.c.attempt, solves.c.time_limit_s, manifests.c.document)
                .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
                .where(solves.c.id == solve_id)
            ).one()
        return Claim(solve_id, row.attempt, manifest=row.document, time_limit_s=row.time_limit_s)

    def wanted(self, claim: Claim) -> bool:
        """Whether this attempt's result is still asked for: neither cancelled nor begun anew elsewhere."""
        query = select(solves.c.id).where(
            solves.c.id == claim.id, solves.c.state == "solving", solves.c.attempt == claim.attempt
        )
        with self._database.reading() as connection:
            return connection.execute(query).one_or_none() is not None

    def deliver(self, claim: Claim, layout: SolvedLayout) -> tuple[Task, ...]:
        """Keep the result of the newest attempt and say which validations its jobs need. A late result is dropped."""
        state = "infeasible" if layout.status == "infeasible" else "solved"
        with self._database.writing() as connection:
            done = connection.execute(
                update(solves)
                .where(solves.c.id == claim.id, solves.c.state == "solving", solves.c.attempt == claim.attempt)
                .values(state=state, finished_at=now())
            )
            if done.rowcount == 0:
                return ()
            connection.execute(insert(layouts).values(solve_id=claim.id, **_columns(layout)))
            if state == "infeasible":
                return ()
            waiting = (jobs.c.solve_id == claim.id) & jobs.c.cancelled_at.is_(None)
            tasks = []
            for required in connection.execute(select(jobs.c.required).where(waiting).distinct()).scalars().all():
                validation_id = usable_validation(connection, claim.id, required)
                if validation_id is None:
                    validation_id = new_validation(connection, claim.id, required)
                    tasks.append(Task("validate", validation_id, required))
                connection.execute(
                    update(jobs).where(waiting, jobs.c.required == required).values(validation_id=validation_id)
                )
        return tuple(tasks)

    def keep_best(self, claim: Claim, layout: SolvedLayout) -> None:
        """The best layout of a solve that was cancelled on the way."""
        cancelled = select(solves.c.id).where(
            solves.c.id == claim.id, solves.c.state == "cancelled", solves.c.attempt == claim.attempt
        )
        with self._database.writing() as connection:
            if connection.execute(cancelled).one_or_none() is not None:
                connection.execute(insert(layouts).values(solve_id=claim.id, **_columns(layout)))

    def fail(self, solve_id: str, problem: str, *, attempt: int | None = None) -> None:
        """Give up: `problem` is JSON text for the caller. With `attempt`, only if that one is still the newest."""
        change = update(solves).where(solves.c.id == solve_id, solves.c.state.in_(("queued", "solving")))
        if attempt is not None:
            change = change.where(solves.c.attempt == attempt)
        with self._database.writing() as connection:
            connection.execute(change.values(state="failed", problem=problem, finished_at=now()))

    def unfinished(self, created_before: str) -> tuple[Task, ...]:
        query = select(solves.c.id).where(
            solves.c.state.in_(("queued", "solving")), solves.c.created_at < created_before
        )
        with self._database.reading() as connection:
            return tuple(Task("solve", solve_id) for solve_id in connection.execute(query).scalars())


def _columns(layout: SolvedLayout) -> dict[str, object]:
    return {
        "status": layout.status,
        "layout_sha256": layout.layout_sha256,
        "minimum_budget_bytes": layout.minimum_budget_bytes,
        "document": layout.document,
    }
