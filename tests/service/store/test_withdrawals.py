"""What a faulty version made answers nobody again, and who had it is told."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.helpers.stored import claim_solve, job_of, layout, made_ready, order, verdict
from warpack.service.store import Store
from warpack.service.store.withdrawals import Made
from warpack.service.versions import solver_version


def ready_by(store: Store, sha256: str, *, solver: str, validator: str) -> str:
    taken = store.jobs.take(order(sha256=sha256))
    (task,) = store.solves.deliver(claim_solve(store, taken.task), replace(layout(), version=solver))
    claim = store.validations.claim(task, "w")
    assert claim is not None
    store.validations.deliver(claim, replace(verdict(), version=validator))
    return taken.job_id


def test_the_versions_that_made_answers_are_counted(store: Store) -> None:
    ready_by(store, "a" * 64, solver="1", validator="7")
    ready_by(store, "b" * 64, solver="2", validator="7")
    assert store.withdrawals.made() == (Made("solver", "1", 1), Made("solver", "2", 1), Made("validator", "7", 2))


def test_what_a_solver_made_is_withdrawn_and_solved_anew(store: Store) -> None:
    faulty = ready_by(store, "a" * 64, solver="1", validator="7")
    good = ready_by(store, "b" * 64, solver="2", validator="7")
    assert store.withdrawals.withdraw("solver", "1") == 1
    job = job_of(store, faulty)
    assert (job.state, job.layout) == ("failed", None)
    assert job.problem is not None
    problem = json.loads(job.problem)
    assert problem["type"] == "urn:warpack:problem:withdrawn"
    assert "'1'" in problem["detail"]
    assert job_of(store, good).state == "ready"
    again = store.jobs.take(order(sha256="a" * 64))
    assert again.job_id != faulty
    assert again.task is not None
    assert again.task.kind == "solve"
    assert store.withdrawals.withdraw("solver", "1") == 0


def test_what_a_validator_made_is_validated_anew_and_not_solved_anew(store: Store) -> None:
    faulty = ready_by(store, "a" * 64, solver=solver_version(), validator="7")
    assert store.withdrawals.withdraw("validator", "7") == 1
    assert job_of(store, faulty).state == "failed"
    again = store.jobs.take(order(sha256="a" * 64))
    assert again.task is not None
    assert again.task.kind == "validate"
    kinds = [
        event.kind
        for event in store.events.of_order(faulty, job_of(store, faulty).solve_id, job_of(store, faulty).validation_id)
    ]
    assert kinds[-2:] == ["ready", "failed"]


def test_cancelled_orders_are_not_counted(store: Store) -> None:
    made_ready(store, order())
    assert store.withdrawals.withdraw("solver", "none") == 0
