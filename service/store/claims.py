"""Claims of workers that do not share the database. Finds waiting tasks for them, and finds claims by their tokens."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from warpack.service.store.database import Database
from warpack.service.store.leases import ALL
from warpack.service.store.records import Claim, Task, TaskKind
from warpack.service.store.solves import solve_claim
from warpack.service.store.tables import manifests, validations
from warpack.service.store.tasks import next_task, task_query
from warpack.service.store.validations import validation_claim
from warpack.service.versions import FORMAT

_FEW = 8
"""Tasks to offer. Others claim fewer between the look-up and the claim."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The tasks that a worker takes. `static`: validations up to that level. `levels`: validations beyond it.
    `devices`: the architectures of its GPUs. `most_format`: the newest format that it reads."""

    solves: bool = False
    static: bool = False
    levels: bool = False
    devices: frozenset[str] = frozenset()
    most_format: int = FORMAT


class Claims:
    """The repository of gateway workers' claims."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, wish: Wish) -> tuple[Task, ...]:
        """A few next attempts at waiting tasks that the worker takes, in the order of their turns."""
        found: list[Task] = []
        with self._database.reading() as connection:
            if wish.devices:
                found += _first(connection, "device", wish, manifests.c.compute_capability.in_(wish.devices))
            if wish.static:
                found += _first(connection, "validate", wish, validations.c.required == "static")
            if wish.levels:
                found += _first(connection, "validate", wish, validations.c.required != "static")
            if wish.solves:
                found += _first(connection, "solve", wish)
        return tuple(found)

    def held(self, kind: TaskKind, task_id: str, token: str, holder: str) -> Claim | None:
        """The claim of this holder with this token. A solve that was cancelled since still has it, because its best
        layout is kept. None if the claim has ended, or if another has replaced it."""
        table = ALL[kind].table
        stands = (table.c.state == ALL[kind].held) & (table.c.holder == holder)
        if kind == "solve":
            stands |= table.c.state == "cancelled"
        query = select(table.c.attempt).where(table.c.id == task_id, table.c.token == token, stands)
        with self._database.reading() as connection:
            attempt = connection.execute(query).scalar_one_or_none()
            if attempt is None:
                return None
            task = Task(kind, task_id, attempt)
            return (
                solve_claim(connection, task, token) if kind == "solve" else validation_claim(connection, task, token)
            )

    def tokens_of(self, holder: str) -> frozenset[str]:
        """The tokens of all claims of a holder."""
        with self._database.reading() as connection:
            return frozenset(token for lease in ALL.values() for _, token in lease.held_by(connection, holder))


def _first(connection: Connection, kind: TaskKind, wish: Wish, *conditions: ColumnElement[bool]) -> list[Task]:
    table = ALL[kind].table
    waits = table.c.state == ALL[kind].waits, table.c.format <= wish.most_format
    query = task_query(kind).where(*waits, *conditions).order_by(table.c.tag, table.c.id)
    return [next_task(kind, row) for row in connection.execute(query.limit(_FEW))]
