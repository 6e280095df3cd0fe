"""The query that turns orders into jobs. A job's state follows from its order, its solve and its validation."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from warpack.service.store.records import Job, JobState
from warpack.service.store.tables import layouts, manifests, orders, solves, validations

STATE: ColumnElement[str] = case(
    (orders.c.cancelled_at.is_not(None), "cancelled"),
    (solves.c.state != "solved", solves.c.state),
    (validations.c.state.in_(("passed", "outdone")), "ready"),
    (validations.c.state.in_(("failed", "cancelled")), validations.c.state),
    else_="validating",
)

_SMALL = (
    orders.c.id,
    orders.c.name,
    STATE.label("state"),
    orders.c.required,
    solves.c.manifest_sha256,
    orders.c.created_at,
    func.coalesce(orders.c.cancelled_at, validations.c.finished_at, solves.c.finished_at).label("finished_at"),
    validations.c.level,
    layouts.c.minimum_budget_bytes,
    func.coalesce(validations.c.problem, solves.c.problem).label("problem"),
    orders.c.solve_id,
    orders.c.validation_id,
    manifests.c.compute_capability,
    validations.c.stage,
    orders.c.seq,
    orders.c.caller,
    orders.c.priority,
    layouts.c.solve_id.is_not(None).label("has_best"),
)


def job_rows(*, with_layouts: bool) -> Select[Any]:
    """The query of jobs, with their solves and validations. Lists leave out layouts, which may have megabytes."""
    columns = (*_SMALL, validations.c.document.label("layout"), layouts.c.document.label("best_so_far"))
    joined = (
        orders.join(solves, orders.c.solve_id == solves.c.id)
        .join(manifests, manifests.c.sha256 == solves.c.manifest_sha256)
        .outerjoin(validations, orders.c.validation_id == validations.c.id)
        .outerjoin(layouts, layouts.c.solve_id == solves.c.id)
    )
    return select(*(columns if with_layouts else _SMALL)).select_from(joined)


def to_job(row: Row[Any]) -> Job:
    """The job of a row of `job_rows`."""
    values = dict(row._mapping)
    state = cast(JobState, values["state"])
    if state != "ready":
        values["layout"] = None
    if state not in ("cancelled", "infeasible"):
        values["best_so_far"] = None
    values["has_best"] = state == "cancelled" and bool(values["has_best"])
    if state not in ("ready", "failed", "infeasible", "cancelled"):
        values["finished_at"] = None  # the solve has ended, but not the job: its layout is being validated
    elif values["finished_at"] is not None:
        values["finished_at"] = max(
            values["finished_at"], values["created_at"]
        )  # if the store answered, the job ended when it came
    return Job(**values)
