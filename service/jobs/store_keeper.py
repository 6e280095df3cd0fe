"""The keeper of tasks for a worker that shares the database: it asks the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from warpack.service.problems import ProblemDetails, faults, validation_failed
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict
from warpack.service.versions import solver_version, validator_version
from warpack.solver.wire.problems import Problem

_LOG = logging.getLogger("warpack.jobs")


class StoreKeeper:
    """The keeper of one `holder`. `submit` hands over the tasks that follow from a result. `has_device` says whether
    there is a live worker with a GPU of an architecture. `solver` and `validator` are the versions that make the
    results. `most_format` is the newest format that the holder reads."""

    def __init__(
        self,
        store: Store,
        holder: str,
        submit: Callable[[Task], None],
        has_device: Callable[[str], bool],
        *,
        solver: str | None = None,
        validator: str | None = None,
        most_format: int | None = None,
    ) -> None:
        self.store, self.holder = store, holder
        self._submit, self._has_device = submit, has_device
        self._most_format = most_format
        self._solver, self._validator = solver or solver_version(), validator or validator_version()

    def claim(self, task: Task) -> Claim | None:
        if task.kind == "solve":
            return self.store.solves.claim(task, self.holder, self._most_format)
        claim = self.store.validations.claim(task, self.holder, self._most_format)
        if claim is None or task.kind == "device":
            return claim
        device = claim.required == "hardware" or (
            claim.required == "best" and self._has_device(claim.compute_capability)
        )
        return replace(claim, wants_bundle=device)

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        return self.store.tasks.wanted(claims)

    def tell(self, claim: Claim, incumbent: dict[str, Any]) -> None:
        try:
            self.store.solves.tell(claim, incumbent)
        except SQLAlchemyError as error:
            _LOG.warning("an incumbent could not be recorded: %s", error)  # the solve goes on

    def solved(self, claim: Claim, found: dict[str, Any]) -> bool:
        follows = keep(self.store, claim, found, self._solver)
        for task in follows or ():
            self._submit(task)
        return follows is not None

    def validated(self, claim: Claim, found: dict[str, Any]) -> bool:
        if claim.task.kind == "device" and claim.required == "best" and not found["ran"]:
            return self.store.validations.fall_back(claim.id, claim.token)  # a fault of the device, not of the layout
        if found.get("bundle") is None:
            return self.store.validations.deliver(claim, verdict(found, self._validator))
        follows = self.store.validations.hand_over(claim, verdict(found, self._validator), found["bundle"])
        if follows is not None:
            self._submit(follows)
        return follows is not None

    def fail(self, claim: Claim, problem: ProblemDetails) -> bool:
        part = self.store.solves if claim.task.kind == "solve" else self.store.validations
        return part.fail(claim, problem.to_text())

    def lose(self, claim: Claim, said: str) -> bool:
        return self.store.tasks.lose(claim, said)

    def release(self, claim: Claim) -> bool:
        return self.store.tasks.release(claim)


def keep(
    store: Store,
    claim: Claim,
    found: dict[str, Any],
    version: str | None = None,
    *,
    verified: dict[str, Any] | None = None,
    holder: str = "",
) -> tuple[Task, ...] | None:
    """Stores the answer of `child_tasks.solves.solve`. Returns the validations that its orders need; None if the claim
    is over. `verified`: the answer of `validate` at level static, if this `holder` has it already."""
    if "problems" in found:
        problem = faults("manifest", [Problem(**each) for each in found["problems"]])
        return () if store.solves.fail(claim, problem.to_text()) else None
    layout = SolvedLayout(**found, version=version or solver_version())
    if verified is None:
        tasks = store.solves.deliver(claim, layout)
    else:
        tasks = store.solves.deliver_verified(claim, layout, verdict(verified), holder)
    if tasks is not None or layout.status == "infeasible":
        return tasks
    return () if store.solves.keep_best(claim, layout) else None  # only if the solve was cancelled meanwhile


def verdict(found: dict[str, Any], version: str | None = None) -> Verdict:
    """The verdict in the answer of `child_tasks.solves.validate`."""
    reports = tuple(found["reports"])
    return Verdict(
        level=found["level"],
        reports=reports,
        document=found["document"],
        artefacts=found["artefacts"],
        problem=None if found["passed"] else validation_failed(found["level"], reports).to_text(),
        version=version or validator_version(),
    )
