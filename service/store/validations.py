"""Validations: a layout taken to a level, with its reports and what is handed out with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.store.database import Database
from service.store.records import Claim, Task, now
from service.store.tables import artefacts, layouts, manifests, reports, solves, validations


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validation found. `document` is the layout with its validation; None, with a `problem`, where a level failed."""

    level: str
    reports: tuple[dict[str, Any], ...]
    document: str | None = None
    artefacts: dict[str, str] | None = None
    problem: str | None = None


class Validations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, validation_id: str) -> Claim | None:
        """Begin an attempt, which ends every earlier one. None when it is finished, cancelled or unknown."""
        with self._database.writing() as connection:
            begun = connection.execute(
                update(validations)
                .where(validations.c.id == validation_id, validations.c.state.in_(("waiting", "validating")))
                .values(state="validating", attempt=validations.c.attempt + 1)
            )
            if begun.rowcount == 0:
                return None
            row = connection.execute(
                select(
                    validations.c.attempt,
                    validations.c.required,
                    layouts.c.document.label("layout"),
                    manifests.c.document.label("manifest"),
                )
                .join(solves, solves.c.id == validations.c.solve_id)
                .join(layouts, layouts.c.solve_id == solves.c.id)
                .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
                .where(validations.c.id == validation_id)
            ).one()
        return Claim(validation_id, row.attempt, manifest=row.manifest, layout=row.layout, required=row.required)

    def wanted(self, claim: Claim) -> bool:
        """Whether this attempt's verdict is still asked for: neither cancelled nor begun anew elsewhere."""
        query = select(validations.c.id).where(
            validations.c.id == claim.id,
            validations.c.state == "validating",
            validations.c.attempt == claim.attempt,
        )
        with self._database.reading() as connection:
            return connection.execute(query).one_or_none() is not None

    def deliver(self, claim: Claim, verdict: Verdict) -> None:
        """Keep the verdict of the newest attempt, whole or not at all. A late one is dropped."""
        state = "passed" if verdict.document is not None else "failed"
        with self._database.writing() as connection:
            done = connection.execute(
                update(validations)
                .where(
                    validations.c.id == claim.id,
                    validations.c.state == "validating",
                    validations.c.attempt == claim.attempt,
                )
                .values(
                    state=state,
                    level=verdict.level,
                    document=verdict.document,
                    problem=verdict.problem,
                    finished_at=now(),
                )
            )
            if done.rowcount:
                _keep_evidence(connection, claim.id, verdict)

    def fail(self, validation_id: str, problem: str, *, attempt: int | None = None) -> None:
        """Give up: `problem` is JSON text for the caller. With `attempt`, only if that one is still the newest."""
        change = update(validations).where(
            validations.c.id == validation_id, validations.c.state.in_(("waiting", "validating"))
        )
        if attempt is not None:
            change = change.where(validations.c.attempt == attempt)
        with self._database.writing() as connection:
            connection.execute(change.values(state="failed", problem=problem, finished_at=now()))

    def unfinished(self, created_before: str) -> tuple[Task, ...]:
        query = select(validations.c.id, validations.c.required).where(
            validations.c.state.in_(("waiting", "validating")), validations.c.created_at < created_before
        )
        with self._database.reading() as connection:
            return tuple(Task("validate", row.id, row.required) for row in connection.execute(query))


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
