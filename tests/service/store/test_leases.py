"""A task has one holder at a time; what is released is not lost, and what is lost too often ends with a reason."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.helpers.stored import claim_solve, job_of, layout, order, solved, wanted
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Claim, Task
from warpack.service.store.workers import Worker


def next_of(claim: Claim) -> Task:
    return replace(claim.task, attempt=claim.task.attempt + 1)


def test_one_attempt_is_claimed_once(store: Store) -> None:
    taken = store.jobs.take(order())
    assert taken.task is not None
    assert store.solves.claim(taken.task, "one") is not None
    assert store.solves.claim(taken.task, "two") is None
    assert store.solves.claim(replace(taken.task, attempt=2), "two") is None
    assert store.solves.claim(replace(taken.task, id="none"), "two") is None


def test_what_is_released_waits_again_and_nothing_is_counted(store: Store) -> None:
    taken = store.jobs.take(order())
    claim = claim_solve(store, taken.task)
    for _ in range(5):
        assert store.tasks.release(claim)
        assert not store.tasks.release(claim)
        assert job_of(store, taken.job_id).state == "queued"
        again = store.solves.claim(next_of(claim), "another")
        assert again is not None
        claim = again
    assert len(store.solves.deliver(claim, layout())) == 1


def test_the_third_loss_ends_a_solve_with_what_was_last_said(store: Store) -> None:
    taken = store.jobs.take(order())
    claim = claim_solve(store, taken.task)
    for said in ("first", "second"):
        store.tasks.lose(claim, said)
        assert job_of(store, taken.job_id).state == "queued"
        again = store.solves.claim(next_of(claim), "another")
        assert again is not None
        claim = again
    store.tasks.lose(claim, "out of memory")
    job = job_of(store, taken.job_id)
    assert job.state == "failed"
    assert job.problem is not None
    problem = json.loads(job.problem)
    assert problem["type"] == "urn:warpack:problem:worker-crashed"
    assert "out of memory" in problem["detail"]
    assert store.solves.claim(next_of(claim), "another") is None


def test_all_that_a_dead_worker_held_is_taken_back(store: Store) -> None:
    solve = store.jobs.take(order())
    validated, (task,) = solved(store, order(sha256="c" * 64))
    assert solve.task is not None
    held = store.solves.claim(solve.task, "dead")
    assert held is not None
    assert store.validations.claim(task, "dead") is not None
    assert sorted(store.tasks.held_by("dead").values()) == [("solve", held.id), ("validate", task.id)]
    assert store.tasks.take_back("dead", "it died") == 2
    assert store.tasks.held_by("dead") == {}
    assert not wanted(store, held)
    assert job_of(store, solve.job_id).state == "queued"
    assert job_of(store, validated).state == "validating"
    assert store.solves.deliver(held, layout()) is None


def test_a_validation_that_kills_its_workers_fails_and_its_solve_stands(store: Store) -> None:
    job_id, (task,) = solved(store, order())
    for attempt in (1, 2, 3):
        claim = store.validations.claim(replace(task, attempt=attempt), "w")
        assert claim is not None
        store.tasks.lose(claim, "")
    assert job_of(store, job_id).state == "failed"
    again = store.jobs.take(order())
    assert again.task is not None
    assert again.task.kind == "validate"


def test_what_the_engine_was_not_given_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warpack.service.store.leases._SETTLED_S", -1.0)
    taken = store.jobs.take(order())
    _, (validation,) = solved(store, order(sha256="c" * 64, required="compiled"))
    assert set(store.tasks.unsubmitted()) == {taken.task, validation}
    assert taken.task is not None
    store.tasks.submitted(taken.task)
    assert store.tasks.unsubmitted() == (validation,)
    claim = claim_solve(store, taken.task)
    store.tasks.release(claim)
    assert set(store.tasks.unsubmitted()) == {next_of(claim), validation}


def test_what_whoever_made_it_is_just_handing_over_is_left_to_it(store: Store) -> None:
    store.jobs.take(order())
    assert store.tasks.unsubmitted() == ()


def test_an_attempt_that_the_engine_gave_to_a_dead_worker_is_passed_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.store.leases._SETTLED_S", -1.0)
    taken = store.jobs.take(order())
    assert taken.task is not None
    store.tasks.submitted(taken.task)
    assert store.tasks.waiting_long(-1.0) == (taken.task,)
    store.tasks.pass_over("solve", taken.task.id, 1)
    store.tasks.pass_over("solve", taken.task.id, 1)
    assert store.solves.claim(taken.task, "w") is None
    assert store.tasks.unsubmitted() == (replace(taken.task, attempt=2),)


def test_what_is_due_far_ahead_is_due_now_because_the_clock_was_set_back(
    store: Store,
) -> None:
    taken = store.jobs.take(order())
    assert store.tasks.unsubmitted() == ()
    with store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE solves SET due = due + 3600")
    assert store.tasks.unsubmitted() == (taken.task,)


def test_a_lease_is_renewed_by_beats_and_runs_out_on_the_databases_clock(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker("w", ("solve",), ({"name": "a GPU"},), {"solver": "1"})
    store.workers.beat(worker)
    store.workers.beat(worker)
    (found,) = store.workers.all()
    assert (found.id, found.queues, found.devices, found.versions) == (
        "w",
        ("solve",),
        ({"name": "a GPU"},),
        {"solver": "1"},
    )
    assert found.beats == 2
    assert 0 < found.left_s <= 8.0
    monkeypatch.setattr("warpack.service.store.workers.LEASE_S", -1.0)
    store.workers.beat(worker)
    assert store.workers.all()[0].left_s < 0
    store.workers.leave("w")
    assert store.workers.all() == ()
