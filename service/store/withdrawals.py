"""Withdraws the answers of a faulty version. They answer nobody again, and callers who have them are told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from warpack.service.problems import withdrawn
from warpack.service.store.database import Database
from warpack.service.store.events import record
from warpack.service.store.tables import orders, solves, validations

_ANSWERED = {"solves": ("solved", "infeasible"), "validations": ("passed", "outdone")}


@dataclass(frozen=True, slots=True)
class Made:
    """How many valid answers of a kind (`solver` or `validator`) a version has made."""

    kind: str
    version: str
    answers: int


class Withdrawals:
    """The repository of answers by version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def made(self) -> tuple[Made, ...]:
        """Every version with valid answers."""
        with self._database.reading() as connection:
            return tuple(
                Made(kind, row.version, row.answers)
                for kind, table in (("solver", solves), ("validator", validations))
                for row in connection.execute(
                    select(table.c.version, func.count().label("answers"))
                    .where(table.c.state.in_(_ANSWERED[table.name]))
                    .group_by(table.c.version)
                    .order_by(table.c.version)
                )
            )

    def withdraw(self, kind: str, version: str) -> int:
        """Withdraws all answers of a version. Their orders end as failed. When the same manifests are asked for again,
        they are solved or validated anew. Returns how many orders that ended."""
        table = solves if kind == "solver" else validations
        column = orders.c.solve_id if kind == "solver" else orders.c.validation_id
        with self._database.writing() as connection:
            stands = (table.c.version == version) & table.c.state.in_(_ANSWERED[table.name])
            faulty = select(table.c.id).where(stands)
            rows = connection.execute(select(table).where(stands)).all()
            concerned = connection.execute(
                select(func.count()).select_from(orders).where(column.in_(faulty), orders.c.cancelled_at.is_(None))
            ).scalar_one()
            for row in rows:
                solve_id, validation_id = (row.id, None) if kind == "solver" else (row.solve_id, row.id)
                record(connection, "failed", solve_id, validation_id=validation_id, document={"withdrawn": version})
            connection.execute(
                update(table).where(table.c.id.in_(faulty)).values(state="failed", problem=withdrawn(version).to_text())
            )
        return int(concerned)
