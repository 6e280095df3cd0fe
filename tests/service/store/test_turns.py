"""Callers take turns; what is validated goes first, and what takes long stands back, but not for ever."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from tests.helpers.stored import claim_solve, layout, order
from warpack.service.store import Store
from warpack.service.store.records import Priority, Task

_hashes = (f"{number:064d}" for number in count())


def ask(store: Store, caller: str, *, buffers: int = 4, priority: Priority = "normal") -> Task:
    an_order = replace(order(caller, caller=caller, sha256=next(_hashes)), buffers=buffers, priority=priority)
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


def test_a_priority_is_a_share_and_none_waits_for_ever(store: Store) -> None:
    priorities: tuple[Priority, ...] = ("low", "normal", "high")
    tasks = {
        f"{priority}{number}": ask(store, priority, priority=priority)
        for number in range(60)
        for priority in priorities
    }
    first = in_turn(tasks)[:50]
    high, normal, low = (sum(name.startswith(priority) for name in first) for priority in ("high", "normal", "low"))
    assert high >= 3 * normal > 0
    assert low == 0
    tasks = {name: task for name, task in tasks.items() if not name.startswith("high")}
    first = in_turn(tasks)[:50]
    assert sum(name.startswith("low") for name in first) in range(5, 13)


def test_what_a_caller_orders_later_does_not_wait_for_its_own_low_orders(store: Store) -> None:
    tasks = {f"low{number}": ask(store, "a", priority="low") for number in range(30)}
    tasks |= {f"b{number}": ask(store, "b") for number in range(5)}
    tasks["normal"] = ask(store, "a")
    assert in_turn(tasks).index("normal") <= 1


def test_a_shared_solve_goes_as_the_highest_of_its_orders(store: Store) -> None:
    low = replace(order(caller="a", sha256=next(_hashes)), priority="low")
    first = store.jobs.take(low).task
    others = {str(number): ask(store, "b") for number in range(40)}
    again = store.jobs.take(replace(low, caller="c", priority="high")).task
    assert first is not None
    assert again is not None
    assert (again.kind, again.id) == ("solve", first.id)
    assert in_turn(others | {"low": first}).index("low") > 10
    assert in_turn(others | {"high": again}).index("high") <= 1
    assert store.solves.claim(first, "a worker") is None  # the engine has it still: whoever gets it passes it over
    assert store.jobs.take(replace(low, caller="d")).task is None
    claim_solve(store, again)
    assert store.jobs.take(replace(low, caller="e", priority="high")).task is None
