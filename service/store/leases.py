"""Leases on tasks. One holder at a time claims a task. The holder delivers it, releases it, or is lost with it.

A task waits, is claimed for its next attempt, and is then delivered, released or lost. Each claim has its own token,
and every write for the task must show it. *Released*: the holder stopped in order. The task waits again, and no loss is
counted. *Lost*: the holder, or the child that did the work, died without a word. The loss is counted. The last loss
that is allowed ends the task, with the last reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select, update

from warpack.service.store.clock import db_now
from warpack.service.store.tables import solves, validations
from warpack.service.versions import FORMAT

MOST_LOSSES = 3
_SETTLED_S = 1.0
"""If a task is due for longer than this, the process that should have handed it over has not done so."""
_AHEAD_S = 120.0
"""No task is due so far in the future, unless the database's clock was set back. Then it is due now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The columns and states of a table of tasks. `stage`: the stage of a validation, if the tasks are validations."""

    table: Table
    waits: str
    held: str
    stage: str | None = None

    def _stage(self) -> list[ColumnElement[bool]]:
        return [] if self.stage is None else [self.table.c.stage == self.stage]

    def claim(
        self, connection: Connection, task_id: str, attempt: int, holder: str, most_format: int | None = None
    ) -> str | None:
        """Claims an attempt and returns the token. None if this attempt is not the next one, if the task does not wait
        any longer, or if its format is newer than `most_format` (by default that of this process)."""
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
        """An update of the task's row that only the holder with this token can make."""
        return update(self.table).where(
            self.table.c.id == task_id, self.table.c.state == self.held, self.table.c.token == token
        )

    def wanted(self, connection: Connection, tokens: frozenset[str]) -> frozenset[str]:
        """Those of the tokens whose result is still wanted."""
        query = select(self.table.c.token).where(self.table.c.token.in_(tokens), self.table.c.state == self.held)
        return frozenset(connection.execute(query).scalars())

    def release(self, connection: Connection, task_id: str, token: str) -> bool:
        """Lets a claimed task wait again, without counting a loss. Returns whether the claim still stood."""
        change = self.change(task_id, token)
        return bool(connection.execute(change.values(state=self.waits, holder=None, token=None, due=db_now())).rowcount)

    def held_by(self, connection: Connection, holder: str) -> list[tuple[str, str]]:
        """The ids and tokens of a holder's tasks."""
        query = select(self.table.c.id, self.table.c.token).where(
            self.table.c.holder == holder, self.table.c.state == self.held, *self._stage()
        )
        return [(row.id, row.token) for row in connection.execute(query)]

    def lose(self, connection: Connection, task_id: str, token: str, said: str) -> int:
        """Counts a loss, and lets the task wait again. Returns the number of losses; 0 if the token is not valid any
        longer."""
        count = self.change(task_id, token).values(
            state=self.waits, holder=None, token=None, due=db_now(), said=said, losses=self.table.c.losses + 1
        )
        if not connection.execute(count).rowcount:
            return 0
        query = select(self.table.c.losses).where(self.table.c.id == task_id)
        return int(connection.execute(query).scalar_one())

    def pass_over(self, connection: Connection, task_id: str, attempt: int) -> None:
        """Replaces an attempt by the next one. The engine gave it out, but it will never be claimed."""
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
        """Notes that the engine has this attempt."""
        connection.execute(
            update(self.table)
            .where(self.table.c.id == task_id, self.table.c.submitted < attempt, *self._stage())
            .values(submitted=attempt)
        )

    def put_off(self, connection: Connection, task_ids: Sequence[str], within_s: float) -> None:
        """Notes that the engine will be given these tasks within that time, as far as it has not been."""
        waits = (self.table.c.state == self.waits) & (self.table.c.submitted <= self.table.c.attempt)
        connection.execute(
            update(self.table).where(self.table.c.id.in_(task_ids), waits).values(due=db_now() + within_s)
        )

    def unfinished(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """These columns of all tasks that wait or are held."""
        return select(*columns).where(self.table.c.state.in_((self.waits, self.held)), *self._stage())

    def overdue(self) -> ColumnElement[bool]:
        """True for a task that waits although the engine was not given its next attempt in time."""
        waits = (self.table.c.state == self.waits) & (self.table.c.submitted <= self.table.c.attempt)
        return waits & self._due_since(_SETTLED_S)

    def waiting_long(self, age_s: float) -> ColumnElement[bool]:
        """True for a task that waits although the engine was given its next attempt at least `age_s` ago."""
        waits = (self.table.c.state == self.waits) & (self.table.c.submitted > self.table.c.attempt)
        return waits & self._due_since(age_s)

    def _due_since(self, age_s: float) -> ColumnElement[bool]:
        return (self.table.c.due < db_now() - age_s) | (self.table.c.due > db_now() + _AHEAD_S)


SOLVE = Lease(solves, "queued", "solving")
HOST = Lease(validations, "waiting", "validating", "host")
DEVICE = Lease(validations, "waiting", "validating", "device")
ALL: dict[str, Lease] = {"solve": SOLVE, "validate": HOST, "device": DEVICE}
