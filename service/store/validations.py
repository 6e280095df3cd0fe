"""Validations: a layout taken to a level, with its reports and what is handed out with it.

One that must reach hardware has two stages: the levels below on any worker that compiles, then a bundle, with which a
worker that has the GPU goes on. What the first stage found stands already, as far as it got, while the second is waited
for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Update, delete, insert, select, update

from warpack.service.store.database import Database
from warpack.service.store.records import Claim, Task, now, rank
from warpack.service.store.tables import artefacts, bundles, layouts, manifests, reports, solves, validations

Stage = Literal["host", "device"]
_UNFINISHED = ("waiting", "validating")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validation found. `document` is the layout with its validation; None, with a `problem`, where a level
    failed."""

    level: str
    reports: tuple[dict[str, Any], ...]
    document: str | None = None
    artefacts: dict[str, str] | None = None
    problem: str | None = None


class Validations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, validation_id: str, stage: Stage = "host") -> Claim | None:
        """Begin an attempt at a stage, which ends every earlier one. None when that is finished, cancelled or
        unknown."""
        with self._database.writing() as connection:
            begun = connection.execute(
                update(validations)
                .where(
                    validations.c.id == validation_id,
                    validations.c.state.in_(_UNFINISHED),
                    validations.c.stage == stage,
                )
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
                    manifests.c.compute_capability,
                    bundles.c.content.label("bundle"),
                )
                .join(solves, solves.c.id == validations.c.solve_id)
                .join(layouts, layouts.c.solve_id == solves.c.id)
                .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
                .outerjoin(bundles, bundles.c.validation_id == validations.c.id)
                .where(validations.c.id == validation_id)
            ).one()
            stored = select(reports.c.level, reports.c.document).where(reports.c.validation_id == validation_id)
            earlier = sorted(connection.execute(stored).all(), key=lambda report: rank(report.level))
        return Claim(
            validation_id,
            row.attempt,
            manifest=row.manifest,
            layout=row.layout,
            required=row.required,
            compute_capability=row.compute_capability,
            bundle=row.bundle or "",
            reports=tuple(report.document for report in earlier),
        )

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
        """Keep the verdict of the newest attempt, whole or not at all. A late one is dropped. `reports` and `artefacts`
        are those that an earlier stage has not kept yet."""
        state = "passed" if verdict.document is not None else "failed"
        change = _of_newest(claim).values(
            state=state,
            level=verdict.level,
            document=verdict.document,
            problem=verdict.problem,
            finished_at=now(),
        )
        with self._database.writing() as connection:
            if connection.execute(change).rowcount:
                _keep_evidence(connection, claim.id, verdict)
                connection.execute(delete(bundles).where(bundles.c.validation_id == claim.id))

    def hand_over(self, claim: Claim, verdict: Verdict, bundle: str) -> Task | None:
        """The first stage has passed: keep its verdict, and leave the rest to a device. None where the attempt is a
        late one."""
        change = _of_newest(claim).values(
            state="waiting", stage="device", level=verdict.level, document=verdict.document
        )
        with self._database.writing() as connection:
            if not connection.execute(change).rowcount:
                return None
            _keep_evidence(connection, claim.id, verdict)
            connection.execute(insert(bundles).values(validation_id=claim.id, content=bundle))
        return Task("device", claim.id, claim.required, claim.compute_capability)

    def fall_back(self, validation_id: str) -> None:
        """Where `best` was asked for, what the first stage found is the answer: no device can go on."""
        change = update(validations).where(
            validations.c.id == validation_id,
            validations.c.state.in_(_UNFINISHED),
            validations.c.stage == "device",
            validations.c.required == "best",
        )
        with self._database.writing() as connection:
            if connection.execute(change.values(state="passed", finished_at=now())).rowcount:
                connection.execute(delete(bundles).where(bundles.c.validation_id == validation_id))

    def fail(self, validation_id: str, problem: str, *, attempt: int | None = None, stage: Stage | None = None) -> None:
        """Give up: `problem` is JSON text for the caller. With `attempt`, only if that one is still the newest; with
        `stage`, only while it is in that one."""
        change = update(validations).where(validations.c.id == validation_id, validations.c.state.in_(_UNFINISHED))
        if attempt is not None:
            change = change.where(validations.c.attempt == attempt)
        if stage is not None:
            change = change.where(validations.c.stage == stage)
        with self._database.writing() as connection:
            if connection.execute(change.values(state="failed", problem=problem, finished_at=now())).rowcount:
                connection.execute(delete(bundles).where(bundles.c.validation_id == validation_id))

    def unfinished(self, created_before: str) -> tuple[Task, ...]:
        query = (
            select(validations.c.id, validations.c.required, validations.c.stage, manifests.c.compute_capability)
            .join(solves, solves.c.id == validations.c.solve_id)
            .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
            .where(validations.c.state.in_(_UNFINISHED), validations.c.created_at < created_before)
        )
        with self._database.reading() as connection:
            return tuple(
                Task("device" if row.stage == "device" else "validate", row.id, row.required, row.compute_capability)
                for row in connection.execute(query)
            )


def _of_newest(claim: Claim) -> Update:
    return update(validations).where(
        validations.c.id == claim.id, validations.c.state == "validating", validations.c.attempt == claim.attempt
    )


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
