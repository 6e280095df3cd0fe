"""Each caller has orders of its own: what one does takes nothing from another, and nobody sees another's."""

from __future__ import annotations

import pytest

from tests.helpers.stored import (
    claim_solve,
    job_of,
    made_ready,
    order,
    wanted,
)
from warpack.service.store import Store


def test_a_caller_sees_only_its_own_jobs_and_gets_an_answer_under_an_id_of_its_own(store: Store) -> None:
    mine = made_ready(store, order(caller="me"))
    yours = store.jobs.take(order(caller="you"))
    assert yours.job_id != mine
    assert yours.task is None
    assert job_of(store, yours.job_id).state == "ready"
    assert [job.id for job in store.jobs.newest(9, caller="you")] == [yours.job_id]


def test_cancelling_takes_nothing_from_another_who_asked_for_the_same(store: Store) -> None:
    mine = store.jobs.take(order(caller="me"))
    yours = store.jobs.take(order(caller="you", key="k"))
    again = store.jobs.take(order(caller="me"))
    claim = claim_solve(store, mine.task)
    store.jobs.cancel(mine.job_id)
    assert job_of(store, mine.job_id).state == "cancelled"
    assert job_of(store, yours.job_id).state == job_of(store, again.job_id).state == "solving"
    assert store.jobs.take(order(caller="you", key="k")).job_id == yours.job_id
    assert wanted(store, claim)


def test_an_idempotency_key_belongs_to_its_caller(store: Store) -> None:
    mine = store.jobs.take(order(caller="me", key="k", request="one"))
    yours = store.jobs.take(order(caller="you", key="k", request="two", sha256="c" * 64))
    assert yours.job_id != mine.job_id


def test_an_idempotency_key_is_forgotten_after_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warpack.service.store.intake.KEYS_LAST_S", -1.0)
    first = store.jobs.take(order(key="k", request="one"))
    second = store.jobs.take(order(key="k", request="two"))
    assert second.job_id != first.job_id


def test_a_newer_solver_solves_again_what_is_only_feasible(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    proven = made_ready(store, order(sha256="c" * 64))
    feasible = made_ready(store, order(), status="feasible")
    monkeypatch.setattr("warpack.service.store.intake.solver_version", lambda: "a newer one")
    assert store.jobs.take(order(sha256="c" * 64)).job_id == proven
    again = store.jobs.take(order())
    assert again.job_id != feasible
    assert again.task is not None
    assert again.task.kind == "solve"
