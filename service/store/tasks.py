"""Operations on tasks of every kind: handed to the engine, released, lost, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from warpack.service.problems import worker_crashed
from warpack.service.store.database import Database
from warpack.service.store.events import record
from warpack.service.store.leases import ALL, HOST, MOST_LOSSES, SOLVE
from warpack.service.store.records import KINDS, Claim, Task, TaskKind, now
from warpack.service.store.tables import bundles, manifests, solves, validations
from warpack.service.store.turns import LAST

_BATCH = 500


class Tasks:
    """The repository of tasks of every kind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submitted(self, task: Task) -> None:
        """Notes that the engine has the task."""
        with self._database.writing() as connection:
            ALL[task.kind].submitted(connection, task.id, task.attempt)

    def put_off(self, tasks: Sequence[Task], within_s: float) -> None:
        """Says that the engine is given these tasks within that time. After it, any process hands over what is left."""
        with self._database.writing() as connection:
            for number in range(0, len(tasks), _BATCH):
                some = tasks[number : number + _BATCH]
                for kind in {task.kind for task in some}:
                    ALL[kind].put_off(connection, [task.id for task in some if task.kind == kind], within_s)

    def unsubmitted(self) -> tuple[Task, ...]:
        """The tasks that wait although the engine was not given their next attempt. The process that should have handed
        them over has died."""
        with self._database.reading() as connection:
            return _found(connection, lambda lease: lease.overdue())

    def waiting_long(self, age_s: float) -> tuple[Task, ...]:
        """The tasks that the engine was given at least `age_s` ago, and that nobody has claimed. It may have lost
        them."""
        with self._database.reading() as connection:
            return _found(connection, lambda lease: lease.waiting_long(age_s))

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        """The tokens of those claims whose results are still wanted: neither cancelled, nor replaced by another
        claim."""
        tokens = frozenset(claim.token for claim in claims)
        if not tokens:
            return frozenset()
        with self._database.reading() as connection:
            return SOLVE.wanted(connection, tokens) | HOST.wanted(connection, tokens)

    def release(self, claim: Claim) -> bool:
        """Gives the claim back at an orderly stop. The task waits for another holder, and no loss is counted. Returns
        whether the claim still stood."""
        with self._database.writing() as connection:
            return _release(connection, claim.task.kind, claim.id, claim.token)

    def release_all(self, holder: str, but: frozenset[str] = frozenset()) -> int:
        """Releases all tasks of a holder, except those with these tokens. Returns how many."""
        with self._database.writing() as connection:
            return sum(
                _release(connection, kind, task_id, token)
                for kind, lease in ALL.items()
                for task_id, token in lease.held_by(connection, holder)
                if token not in but
            )

    def lose(self, claim: Claim, said: str) -> bool:
        """Counts a loss, because the child was killed from outside. Returns whether the claim still stood."""
        return self.lose_by_token(claim.task.kind, claim.id, claim.token, said)

    def lose_by_token(self, kind: str, task_id: str, token: str, said: str) -> bool:
        """Does what `lose` does, for a caller that has only the token."""
        with self._database.writing() as connection:
            return _lose(connection, kind, task_id, token, said)

    def held_by(self, holder: str) -> dict[str, tuple[str, str]]:
        """The tokens of a holder's claims, each with the kind and the id of its task."""
        with self._database.reading() as connection:
            return {
                token: (kind, task_id)
                for kind, lease in ALL.items()
                for task_id, token in lease.held_by(connection, holder)
            }

    def take_back(self, holder: str, said: str) -> int:
        """Takes back all tasks of a dead holder. Returns how many."""
        count = 0
        with self._database.writing() as connection:
            for kind, lease in ALL.items():
                for task_id, token in lease.held_by(connection, holder):
                    _lose(connection, kind, task_id, token, said)
                    count += 1
        return count

    def pass_over(self, kind: str, task_id: str, attempt: int) -> None:
        """Replaces this attempt by the next one. The engine gave it to a worker that died before it claimed the
        task."""
        with self._database.writing() as connection:
            ALL[kind].pass_over(connection, task_id, attempt)


def next_task(kind: TaskKind, row: Any) -> Task:
    """The next attempt at the task of this row. Validations go before solves."""
    if kind == "solve":
        return Task("solve", row.id, row.attempt + 1, turn=LAST + 1 + row.tag, format=row.format)
    return Task(
        kind,
        row.id,
        row.attempt + 1,
        required=row.required,
        compute_capability=row.compute_capability,
        turn=1 + row.tag,
        format=row.format,
    )


def task_query(kind: TaskKind) -> Select[Any]:
    """Rows for `next_task`."""
    if kind == "solve":
        return select(solves.c.id, solves.c.attempt, solves.c.tag, solves.c.format)
    return (
        select(
            validations.c.id,
            validations.c.attempt,
            validations.c.tag,
            validations.c.format,
            validations.c.required,
            manifests.c.compute_capability,
        )
        .join(solves, solves.c.id == validations.c.solve_id)
        .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
        .where(validations.c.stage == ("device" if kind == "device" else "host"))
    )


def _found(connection: Connection, condition: Any) -> tuple[Task, ...]:
    found: list[Task] = []
    for kind in KINDS:
        lease = ALL[kind]
        query = task_query(kind).where(condition(lease)).order_by(lease.table.c.tag).limit(_BATCH)
        found += (next_task(kind, row) for row in connection.execute(query))
    return tuple(found)


def _release(connection: Connection, kind: str, task_id: str, token: str) -> bool:
    released = ALL[kind].release(connection, task_id, token)
    if released:
        _say_waiting(connection, kind, task_id)
    return released


def _lose(connection: Connection, kind: str, task_id: str, token: str, said: str) -> bool:
    losses = ALL[kind].lose(connection, task_id, token, said)
    if not losses:
        return False
    if losses < MOST_LOSSES:
        _say_waiting(connection, kind, task_id, {"losses": losses})
        return True
    problem = worker_crashed(said)
    table = ALL[kind].table
    connection.execute(
        update(table).where(table.c.id == task_id).values(state="failed", problem=problem.to_text(), finished_at=now())
    )
    solve_id, validation_id = _subject(connection, kind, task_id)
    if validation_id is not None:
        connection.execute(delete(bundles).where(bundles.c.validation_id == validation_id))
    record(connection, "failed", solve_id, validation_id=validation_id, document={"losses": losses})
    return True


def _say_waiting(connection: Connection, kind: str, task_id: str, document: dict[str, Any] | None = None) -> None:
    solve_id, validation_id = _subject(connection, kind, task_id)
    state = "queued" if validation_id is None else "validating"
    record(connection, state, solve_id, validation_id=validation_id, document=document)


def _subject(connection: Connection, kind: str, task_id: str) -> tuple[str, str | None]:
    if kind == "solve":
        return task_id, None
    query = select(validations.c.solve_id).where(validations.c.id == task_id)
    return str(connection.execute(query).scalar_one()), task_id
