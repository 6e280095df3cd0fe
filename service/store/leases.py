"""Tasks change hands: claimed by one holder at a time, released by it in order, or lost with it.

A task waits, is claimed for its next attempt, and is then delivered, released or lost. Each claim has a token of its
own, and every write for the task must show it. *Released* is an orderly stop: the task waits again, nothing is counted.
*Lost* is the end of a holder, or of the child that did the work, without a word: it is counted, and the last loss ends
the task, with what was last said.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select, update

from warpack.service.store.clock import db_now
from warpack.service.store.tables import solves, validations
from warpack.service.versions import FORMAT

MOST_LOSSES = 3
_SETTLED_S = 1.0
"""A task that is due for longer than this was not handed over by whoever made it so."""
_AHEAD_S = 120.0
"""No task is due so far ahead, unless the database's clock was set back: then it is due now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The columns and states of a table of tasks. `stage`: which of a validation's stages it is about."""

    table: Table
    waits: str
    held: str
    stage: str | None = None

    def _stage(self) -> list[ColumnElement[bool]]:
        return [] if self.stage is None else [self.table.c.stage == self.stage]

    def claim(
        self, connection: Connection, task_id: str, attempt: int, holder: str, most_format: int | None = None
    ) -> str | None:
        """The token; None where this attempt is not the next one, the task no longer waits, or is of a newer format
        than `most_format` (that of this process unless said)."""
        token = secrets.token_hex(16)
        claimed = connection.execute(
            update(self.table)
            .where(
                self.table.c.id == task_id,
                self.table.c.state == self.waits,
                self.table.c.attempt == attempt - 1,
                self.table.c.format <= (most_format or FORMAT),
                *self._stage(),
            )
            .values(state=self.held, attempt=attempt, token=token, holder=holder)
        )
        return token if claimed.rowcount else None

    def change(self, task_id: str, token: str) -> Any:
        """An update of the row, by whoever holds it alone."""
        return update(self.table).where(
            self.table.c.id == task_id, self.table.c.state == self.held, self.table.c.token == token
        )

    def wanted(self, connection: Connection, tokens: frozenset[str]) -> frozenset[str]:
        """Those of the tokens whose attempt's result is still asked for."""
        query = select(self.table.c.token).where(self.table.c.token.in_(tokens), self.table.c.state == self.held)
        return frozenset(connection.execute(query).scalars())

    def release(self, connection: Connection, task_id: str, token: str) -> bool:
        change = self.change(task_id, token)
        return bool(connection.execute(change.values(state=self.waits, holder=None, token=None, due=db_now())).rowcount)

    def held_by(self, connection: Connection, holder: str) -> list[tuple[str, str]]:
        """Ids and tokens of what a holder has."""
        query = select(self.table.c.id, self.table.c.token).where(
            self.table.c.holder == holder, self.table.c.state == self.held, *self._stage()
        )
        return [(row.id, row.token) for row in connection.execute(query)]

    def lose(self, connection: Connection, task_id: str, token: str, said: str) -> int:
        """Count a loss and let the task wait again. How many there are now; 0 where the token is no longer the one."""
        count = self.change(task_id, token).values(
            state=self.waits, holder=None, token=None, due=db_now(), said=said, losses=self.table.c.losses + 1
        )
        if not connection.execute(count).rowcount:
            return 0
        query = select(self.table.c.losses).where(self.table.c.id == task_id)
        return int(connection.execute(query).scalar_one())

    def pass_over(self, connection: Connection, task_id: str, attempt: int) -> None:
        """An attempt that the engine has given out will never be claimed: the next one takes its place."""
        connection.execute(
            update(self.table)
            .where(
                self.table.c.id == task_id,
                self.table.c.state == self.waits,
                self.table.c.attempt == attempt - 1,
                *self._stage(),
            )
            .values(attempt=attempt, due=db_now())
        )

    def submitted(self, connection: Connection, task_id: str, attempt: int) -> None:
        """The engine has this attempt."""
        connection.execute(
            update(self.table)
            .where(self.table.c.id == task_id, self.table.c.submitted < attempt, *self._stage())
            .values(submitted=attempt)
        )

    def unfinished(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """These columns of all that wait or are held."""
        return select(*columns).where(self.table.c.state.in_((self.waits, self.held)), *self._stage())

    def overdue(self) -> ColumnElement[bool]:
        """Waits, and the engine was not given the next attempt."""
        waits = (self.table.c.state == self.waits) & (self.table.c.submitted <= self.table.c.attempt)
        return waits & self._due_since(_SETTLED_S)

    def waiting_long(self, age_s: float) -> ColumnElement[bool]:
        """Waits, and the engine was given the next attempt that long ago or longer."""
        waits = (self.table.c.state == self.waits) & (self.table.c.submitted > self.table.c.attempt)
        return waits & self._due_since(age_s)

    def _due_since(self, age_s: float) -> ColumnElement[bool]:
        return (self.table.c.due < db_now() - age_s) | (self.table.c.due > db_now() + _AHEAD_S)


SOLVE = Lease(solves, "queued", "solving")
HOST = Lease(validations, "waiting", "validating", "host")
DEVICE = Lease(validations, "waiting", "validating", "device")
ALL: dict[str, Lease] = {"solve": SOLVE, "validate": HOST, "device": DEVICE}
