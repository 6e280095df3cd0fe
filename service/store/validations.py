"""Validations. A validation takes a layout to a level, and has its reports and the files that are handed out.

A validation for level hardware has two stages. A compiling worker does the levels below and makes a bundle. A worker
with the GPU goes on with the bundle. The reports of the first stage are stored while the second is waited for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from warpack.service.store.clock import db_now
from warpack.service.store.database import Database
from warpack.service.store.events import record
from warpack.service.store.leases import ALL
from warpack.service.store.records import Claim, Task, now, rank
from warpack.service.store.tables import artefacts, bundles, layouts, manifests, reports, solves, validations
from warpack.service.store.tasks import next_task, task_query
from warpack.service.versions import FORMAT


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validation found. `document` is the layout with its validation. If a level failed, it is None and there is
    a `problem`. `version` is that of the emitters and probes."""

    level: str
    reports: tuple[dict[str, Any], ...]
    document: str | None = None
    artefacts: dict[str, str] | None = None
    problem: str | None = None
    version: str = ""


class Validations:
    """The repository of validations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, task: Task, holder: str, most_format: int | None = None) -> Claim | None:
        """Claims this attempt at a stage. None if the stage is finished or cancelled, if another attempt has replaced
        this one, or if the holder cannot read its format; see `Lease.claim`."""
        with self._database.writing() as connection:
            token = ALL[task.kind].claim(connection, task.id, task.attempt, holder, most_format)
            if token is None:
                return None
            query = select(validations.c.solve_id).where(validations.c.id == task.id)
            record(connection, "validating", connection.execute(query).scalar_one(), validation_id=task.id)
            return validation_claim(connection, task, token)

    def deliver(self, claim: Claim, verdict: Verdict) -> bool:
        """Keeps the verdict of the newest attempt, whole or not at all. A late one is dropped: False. Its `reports` and
        `artefacts` are those that no earlier stage has kept."""
        with self._database.writing() as connection:
            return _deliver(connection, claim.task, claim.token, verdict)

    def hand_over(self, claim: Claim, verdict: Verdict, bundle: str) -> Task | None:
        """Keeps the verdict of the first stage, which has passed, and returns the task of the device. None if the
        attempt is late."""
        change = ALL[claim.task.kind].change(claim.id, claim.token)
        change = change.values(
            state="waiting",
            stage="device",
            holder=None,
            token=None,
            due=db_now(),
            level=verdict.level,
            document=verdict.document,
            version=verdict.version,
            format=FORMAT,  # of the bundle
        )
        with self._database.writing() as connection:
            if not connection.execute(change).rowcount:
                return None
            _keep_evidence(connection, claim.id, verdict)
            connection.execute(insert(bundles).values(validation_id=claim.id, content=bundle))
            row = connection.execute(task_query("device").where(validations.c.id == claim.id)).one()
            return next_task("device", row)

    def fall_back(self, validation_id: str, token: str | None = None) -> bool:
        """Makes the first stage's result the answer, because no device can go on. Only for a validation that asked for
        `best`. The holder calls it with the `token` of its claim. Without a token, nobody may hold the validation.
        Returns whether the validation was one of these."""
        held = ("waiting",) if token is None else ("validating",)
        change = update(validations).where(
            validations.c.id == validation_id,
            validations.c.state.in_(held),
            validations.c.stage == "device",
            validations.c.required == "best",
        )
        if token is not None:
            change = change.where(validations.c.token == token)
        with self._database.writing() as connection:
            solve_id = _changed(connection, change.values(state="passed", holder=None, finished_at=now()))
            if solve_id is None:
                return False
            _end(connection, validation_id, solve_id, "ready")
            return True

    def fail(self, claim: Claim, problem: str) -> bool:
        """Ends the validation as failed. `problem` is JSON text for the caller. Returns whether the claim still
        stood."""
        change = ALL[claim.task.kind].change(claim.id, claim.token)
        with self._database.writing() as connection:
            values = {"state": "failed", "holder": None, "problem": problem, "finished_at": now()}
            solve_id = _changed(connection, change.values(**values))
            if solve_id is None:
                return False
            _end(connection, claim.id, solve_id, "failed")
            return True

    def best_on_devices(self) -> tuple[tuple[str, str], ...]:
        """The ids and architectures of validations that asked for `best` and wait for a device."""
        query = task_query("device").where(validations.c.state == "waiting", validations.c.required == "best")
        with self._database.reading() as connection:
            return tuple((row.id, row.compute_capability) for row in connection.execute(query))


def keep_at_once(connection: Connection, task: Task, holder: str, verdict: Verdict) -> bool:
    """Claims the attempt for a holder who has its verdict already, and keeps that. Returns whether it could."""
    token = ALL[task.kind].claim(connection, task.id, task.attempt, holder)
    return token is not None and _deliver(connection, task, token, verdict)


def validation_claim(connection: Connection, task: Task, token: str) -> Claim:
    """The claim, with all that its holder needs to know."""
    row = connection.execute(
        select(
            validations.c.required,
            layouts.c.document.label("layout"),
            manifests.c.document.label("manifest"),
            manifests.c.compute_capability,
            bundles.c.content.label("bundle"),
        )
        .join(solves, solves.c.id == validations.c.solve_id)
        .join(layouts, layouts.c.solve_id == solves.c.id)
        .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
        .outerjoin(bundles, bundles.c.validation_id == validations.c.id)
        .where(validations.c.id == task.id)
    ).one()
    stored = select(reports.c.level, reports.c.document).where(reports.c.validation_id == task.id)
    earlier = sorted(connection.execute(stored).all(), key=lambda report: rank(report.level))
    return Claim(
        task,
        token,
        row.manifest,
        layout=row.layout,
        required=row.required,
        compute_capability=row.compute_capability,
        bundle=row.bundle or "",
        reports=tuple(report.document for report in earlier),
    )


def _deliver(connection: Connection, task: Task, token: str, verdict: Verdict) -> bool:
    state = "passed" if verdict.document is not None else "failed"
    change = ALL[task.kind].change(task.id, token)
    change = change.values(
        state=state,
        holder=None,
        level=verdict.level,
        document=verdict.document,
        problem=verdict.problem,
        version=verdict.version,
        finished_at=now(),
    )
    solve_id = _changed(connection, change)
    if solve_id is None:
        return False
    _keep_evidence(connection, task.id, verdict)
    _end(connection, task.id, solve_id, "ready" if state == "passed" else "failed")
    return True


def _changed(connection: Connection, change: Any) -> str | None:
    """The solve of the validation that was changed; None if none was."""
    found: str | None = connection.execute(change.returning(validations.c.solve_id)).scalar_one_or_none()
    return found


def _end(connection: Connection, validation_id: str, solve_id: str, kind: str) -> None:
    connection.execute(delete(bundles).where(bundles.c.validation_id == validation_id))
    record(connection, kind, solve_id, validation_id=validation_id)


def _keep_evidence(connection: Connection, validation_id: str, verdict: Verdict) -> None:
    for report in verdict.reports:
        connection.execute(
            insert(reports).values(
                validation_id=validation_id,
                level=report["level"],
                passed=report["passed"],
                document=json.dumps(report, ensure_ascii=False),
            )
        )
    for name, content in (verdict.artefacts or {}).items():
        connection.execute(insert(artefacts).values(validation_id=validation_id, name=name, content=content))
