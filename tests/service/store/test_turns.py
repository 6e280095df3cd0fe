"""Callers take turns; what is validated goes first, and what takes long stands back, but not for ever."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from tests.helpers.stored import claim_solve, layout, order
from warpack.service.store import Store
from warpack.service.store.records import Task

_hashes = (f"{number:064d}" for number in count())


def ask(store: Store, caller: str, *, buffers: int = 4) -> Task:
    an_order = replace(order(caller, caller=caller, sha256=next(_hashes)), buffers=buffers)
    task = store.jobs.take(an_order).task
    assert task is not None
    return task


def in_turn(tasks: dict[str, Task]) -> list[str]:
    return sorted(tasks, key=lambda name: tasks[name].turn)


def test_the_orders_of_one_caller_keep_their_order(store: Store) -> None:
    tasks = {str(number): ask(store, "a") for number in range(5)}
    assert in_turn(tasks) == ["0", "1", "2", "3", "4"]
    assert len({task.turn for task in tasks.values()}) == 5


def test_a_caller_who_asks_for_much_is_served_between_the_others(store: Store) -> None:
    tasks = {f"a{number}": ask(store, "a") for number in range(100)}
    tasks["b0"], tasks["b1"], tasks["c0"] = ask(store, "b"), ask(store, "b"), ask(store, "c")
    first = in_turn(tasks)[:5]
    assert {"b0", "c0", "a0"} == set(first[:3])
    assert {"a1", "b1"} == set(first[3:])


def test_who_comes_late_begins_beside_what_is_under_way_and_has_no_credit(store: Store) -> None:
    tasks = {f"a{number}": ask(store, "a") for number in range(10)}
    for number in range(5):
        claim_solve(store, tasks[f"a{number}"])
    tasks |= {f"b{number}": ask(store, "b") for number in range(3)}
    waiting = {name: task for name, task in tasks.items() if name not in {f"a{number}" for number in range(5)}}
    assert in_turn(waiting)[:5] in (["b0", "a5", "b1", "a6", "b2"], ["b0", "b1", "a5", "b2", "a6"])


def test_what_takes_long_stands_back_for_a_bounded_number_of_short_ones(store: Store) -> None:
    tasks = {"long": ask(store, "a", buffers=500)}
    tasks |= {f"short{number}": ask(store, "b") for number in range(40)}
    place = in_turn(tasks).index("long")
    assert 10 <= place <= 20


def test_what_is_validated_goes_before_what_is_solved(store: Store) -> None:
    (validation,) = store.solves.deliver(claim_solve(store, ask(store, "a")), layout())
    assert validation.turn < ask(store, "b").turn
