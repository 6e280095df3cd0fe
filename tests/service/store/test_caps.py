"""So many orders may be open; a refused one leaves no row, and what the store answers needs no place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.stored import claim_solve, layout, made_ready, order
from warpack.service.store import Caps, IdempotencyKeyReused, QueueFull, Store
from warpack.service.store.records import Order, Taken

CAPS = Caps(orders=3, orders_per_key=2)


def take(store: Store, number: int, caller: str = "me") -> Taken:
    return store.jobs.take(an_order(number, caller), CAPS)


def an_order(number: int, caller: str = "me") -> Order:
    return order(f"n{number}", caller=caller, sha256=f"{number:064d}")


def refused(store: Store, an_order: Order) -> QueueFull:
    before = store.jobs.newest(99)
    with pytest.raises(QueueFull) as full:
        store.jobs.take(an_order, CAPS)
    assert store.jobs.newest(99) == before
    return full.value


def test_a_key_has_so_many_open_orders(store: Store) -> None:
    jobs = [take(store, number).job_id for number in range(2)]
    assert (full := refused(store, an_order(2))).own
    assert full.most == 2
    take(store, 2, "you")
    store.jobs.cancel(jobs[0])
    take(store, 3)


def test_all_together_have_so_many_and_no_key_counts_there_alone(store: Store) -> None:
    for number in range(3):
        take(store, number, "")
    assert not (full := refused(store, an_order(3, "me"))).own
    assert full.most == 3
    assert not refused(store, an_order(3, "")).own


def test_an_order_that_shares_a_solve_counts_and_so_does_one_that_is_validated(store: Store) -> None:
    task = take(store, 0).task
    take(store, 0)
    assert refused(store, an_order(0)).own
    (validation, *_) = store.solves.deliver(claim_solve(store, task), layout())
    assert refused(store, an_order(1)).own
    assert validation.kind == "validate"


def test_what_the_store_answers_needs_no_place(store: Store) -> None:
    mine = made_ready(store, an_order(0))
    made_ready(store, an_order(1, "you"))
    take(store, 2)
    take(store, 3)
    assert take(store, 0).job_id == mine
    answered = take(store, 1)  # solved for another: an order of its own, which is finished at once
    assert answered.task is None
    assert refused(store, an_order(4)).own


def test_a_refused_order_leaves_its_idempotency_key_unused(store: Store) -> None:
    jobs = [take(store, number).job_id for number in range(2)]
    wanted = order(caller="me", key="k")
    refused(store, wanted)
    store.jobs.cancel(jobs[0])
    assert store.jobs.take(wanted, CAPS).job_id == store.jobs.take(wanted, CAPS).job_id


def test_a_batch_takes_what_it_can_in_several_transactions(store: Store) -> None:
    made_ready(store, an_order(0))
    many = [an_order(number) for number in range(230)]
    results = store.jobs.take_all(many, Caps(orders=999, orders_per_key=150))
    assert [isinstance(one, Taken) for one in results] == [True] * 151 + [False] * 79
    assert all(isinstance(one, QueueFull) and one.own for one in results[151:])
    taken = [one.job_id for one in results if isinstance(one, Taken)]
    found = store.jobs.some(taken)
    assert [found[job_id].manifest_sha256 for job_id in taken] == [each.manifest_sha256 for each in many[:151]]
    assert len(store.jobs.newest(999)) == 151


def test_a_batch_of_another_request_leaves_no_row(store: Store) -> None:
    def batch(request: str, numbers: range) -> list[Order]:
        return [
            order(key=f"batch k {number}", request=request, caller="me", sha256=f"{number:064d}") for number in numbers
        ]

    first = store.jobs.take_all(batch("one", range(99, 102)), keys_begin="batch k ")
    with pytest.raises(IdempotencyKeyReused):
        store.jobs.take_all(batch("two", range(3)), keys_begin="batch k ")
    assert store.jobs.take_all(batch("one", range(99, 102)), keys_begin="batch k ") == [
        Taken(one.job_id) for one in first if isinstance(one, Taken)
    ]
    assert len(store.jobs.newest(9)) == 3


def test_the_work_of_a_batch_is_left_for_a_while_to_whoever_took_it(store: Store) -> None:
    store.jobs.take_all([replace(an_order(0), handed_over_in_s=60.0), replace(an_order(1), handed_over_in_s=-60.0)])
    assert [task.attempt for task in store.tasks.unsubmitted()] == [1]
