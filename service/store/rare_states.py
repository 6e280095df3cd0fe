"""Finds the jobs of rare states from the side of their tasks, which have indexes by state.

A job's state follows from three tables (see `views`), so no index has it. A list of the few jobs that failed would read
every job to find them.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, select, union_all

from warpack.service.store.tables import orders, solves, validations

_job = orders.alias("job")

_OF_SOLVE = frozenset({"queued", "solving", "infeasible", "failed", "cancelled"})
"""The states that a job has from its solve."""
_OF_VALIDATION = {"validating": ("waiting", "validating"), "failed": ("failed",), "cancelled": ("cancelled",)}
"""By the states that a job has from its validation, those of the validation."""


def may_be_in(states: Collection[str]) -> ColumnElement[bool] | None:
    """A condition that holds for all orders in one of these states, and for few others. None if such orders are not
    rare: most jobs are `ready`."""
    if not states or "ready" in states:
        return None
    found: list[Select[tuple[int]]] = []
    if of_solve := _OF_SOLVE.intersection(states):
        found.append(
            select(_job.c.seq).join(solves, solves.c.id == _job.c.solve_id).where(solves.c.state.in_(of_solve))
        )
    if of_validation := [each for state in states for each in _OF_VALIDATION.get(state, ())]:
        joined = select(_job.c.seq).join(validations, validations.c.id == _job.c.validation_id)
        found.append(joined.where(validations.c.state.in_(of_validation)))
    if "cancelled" in states:
        found.append(select(_job.c.seq).where(_job.c.cancelled_at.is_not(None)))
    return orders.c.seq.in_(union_all(*found))
