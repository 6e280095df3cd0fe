"""What ended long ago and is used by nobody goes, whole; what is in use, or waited for, stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from tests.helpers.stored import claim_solve, job_of, made_ready, order, solved, verdict
from warpack.service.store import Store, retention
from warpack.service.store.records import Order, Taken
from warpack.service.store.tables import idempotency_keys, metadata, orders, solves, validations

NOT_THEIRS = {"workers", "api_keys"}


@pytest.fixture(autouse=True)
def no_second_thoughts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marked orders go with the next batch."""
    monkeypatch.setattr(retention, "MARKED_S", -1.0)


def made_old(store: Store, job_ids: Iterable[str]) -> None:
    """As if they had ended, and were last used, a hundred days ago."""
    with store._database.writing() as connection:
        for job_id in job_ids:
            of_it = orders.c.id == job_id
            long_ago = "2020-01-01T00:00:00.000+00:00"
            mine = select(orders.c.solve_id, orders.c.validation_id).where(of_it)
            solve_id, validation_id = connection.execute(mine).one()
            connection.execute(update(orders).where(of_it).values(used=1.0))
            for table, its_id in ((solves, solve_id), (validations, validation_id)):
                ended = table.c.finished_at.is_not(None)
                connection.execute(update(table).where(table.c.id == its_id, ended).values(finished_at=long_ago))
            cancelled = orders.c.cancelled_at.is_not(None)
            connection.execute(update(orders).where(of_it, cancelled).values(cancelled_at=long_ago))


def tidied(store: Store, days: float = 30.0) -> int:
    """How many orders went, in as many batches as it takes."""
    store.uses.write()
    return sum(store.retention.tidy(days * 24 * 3600) for _ in range(4))


def rows(store: Store) -> int:
    with store._database.reading() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
            if name not in NOT_THEIRS
        )


def test_what_nobody_used_for_long_goes_with_all_that_hangs_on_it(store: Store) -> None:
    ready = made_ready(store, order(key="k"))
    taken = store.jobs.take(order(sha256="b" * 64))
    store.solves.fail(claim_solve(store, taken.task), "{}")
    cancelled = store.jobs.take(order(sha256="c" * 64)).job_id
    store.jobs.cancel(cancelled)
    infeasible, _ = solved(store, order(sha256="d" * 64), "infeasible")
    made_old(store, (ready, taken.job_id, cancelled, infeasible))
    assert tidied(store, days=10_000) == 0
    assert tidied(store) == 4
    assert rows(store) == 0


def test_what_ended_lately_or_was_ordered_lately_stays(store: Store) -> None:
    ready = made_ready(store, order())
    before = rows(store)
    with store._database.writing() as connection:
        connection.execute(update(orders).values(used=1.0))  # it waited for long, and ended now
    assert tidied(store) == 0
    made_old(store, (ready,))
    with store._database.writing() as connection:
        connection.execute(update(orders).values(used=4e9))
    assert tidied(store) == 0
    assert rows(store) == before


def test_what_a_caller_waits_for_stays_however_old(store: Store) -> None:
    queued = store.jobs.take(order(sha256="a" * 64)).job_id
    solving = store.jobs.take(order(sha256="b" * 64))
    claim_solve(store, solving.task)
    validating, _ = solved(store, order(sha256="c" * 64))
    made_old(store, (queued, solving.job_id, validating))
    before = rows(store)
    assert tidied(store) == 0
    assert rows(store) == before


def test_a_solve_that_another_order_uses_stays_with_its_layout(store: Store) -> None:
    old, young = made_ready(store, order("old")), made_ready_again(store, order("young"))
    made_old(store, (old,))
    store.jobs.get(young)
    assert tidied(store) == 1
    kept = job_of(store, young)
    assert (kept.state, kept.layout) == ("ready", '{"validated": 1}')
    assert store.jobs.artefacts(young)["allocators.py"] == "code"
    assert store.jobs.take(order("another")).task is None


def made_ready_again(store: Store, an_order: Order) -> str:
    taken = store.jobs.take(an_order)
    assert taken.task is None
    return taken.job_id


def test_an_order_that_waits_keeps_the_solve_that_others_have_cancelled(store: Store) -> None:
    gone = store.jobs.take(order("gone")).job_id
    waits = store.jobs.take(order("waits")).job_id
    store.jobs.cancel(gone)
    made_old(store, (gone,))
    assert tidied(store) == 1
    assert job_of(store, waits).state == "queued"


@pytest.mark.parametrize("how", ["read", "posted again", "posted in a batch", "given out from memory"])
def test_a_stored_answer_that_is_used_stays(store: Store, how: str) -> None:
    job_id = made_ready(store, order())
    store.uses.write()
    made_old(store, (job_id,))
    if how == "read":
        assert store.jobs.get(job_id)
    elif how == "posted again":
        assert store.jobs.take(order()).job_id == job_id
    elif how == "posted in a batch":
        (taken,) = store.jobs.take_all([order()])
        assert isinstance(taken, Taken)
        assert set(store.jobs.some([taken.job_id])) == {job_id}
    else:
        assert store.jobs.standing([job_id])
    assert tidied(store) == 0
    assert job_of(store, job_id).state == "ready"
    assert store.uses.write() == 0  # once a day is enough


def test_an_order_on_its_way_out_is_given_out_no_more_unless_it_was_found_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MARKED_S", 3600.0)
    job_id = made_ready(store, order())
    store.uses.write()
    made_old(store, (job_id,))
    assert tidied(store) == 0  # but it is marked now
    assert not store.jobs.standing([job_id])
    other = store.jobs.take(order())
    assert other.job_id != job_id
    assert other.task is None  # answered by the same solve
    assert store.jobs.get(job_id)  # by who had found it
    monkeypatch.setattr(retention, "MARKED_S", -1.0)
    assert tidied(store) == 0
    assert store.jobs.standing([job_id])


def test_an_idempotency_key_goes_with_its_order(store: Store) -> None:
    job_id = made_ready(store, order(key="k"))
    made_old(store, (job_id,))
    assert tidied(store) == 1
    with store._database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(idempotency_keys)).scalar_one() == 0
    assert store.jobs.take(order(key="k")).task is not None


def test_it_goes_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 2)
    made = [made_ready(store, order(sha256=letter * 64)) for letter in "abcde"]
    made_old(store, made)
    assert [store.retention.tidy(60.0) for _ in range(5)] == [0, 2, 2, 1, 0]
    assert rows(store) == 0


def test_an_outdone_validation_goes_with_the_last_order_of_it(store: Store) -> None:
    old = made_ready(store, order(required="best"), level="simulated")
    risen = store.jobs.take(replace(order(required="best"), best_level="hardware"))
    assert risen.task is not None
    claim = store.validations.claim(risen.task, "w")
    assert claim is not None
    store.validations.deliver(claim, verdict("hardware"))
    made_old(store, (old,))
    assert tidied(store) == 1
    with store._database.reading() as connection:
        states = connection.execute(select(validations.c.state)).scalars().all()
    assert states == ["passed"]
