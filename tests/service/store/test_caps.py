"""So many orders may be open; a refused one leaves no row, and what the store answers needs no place."""

from __future__ import annotations

import pytest

from tests.helpers.stored import claim_solve, layout, made_ready, order
from warpack.service.store import Caps, QueueFull, Store
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
