"""The store's figures, as Prometheus reads them of any node: what waits now, and what ended since it first asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.processes import PATIENCE_S
from tests.helpers.stored import claim_solve, layout, made_ready, order, solved, verdict
from warpack.service.api.node import store_metrics
from warpack.service.api.node.store_metrics import StoreMetrics
from warpack.service.store import Store
from warpack.service.store.figures import Figures
from warpack.service.store.records import Task
from warpack.service.store.workers import Worker

Told = dict[str, dict[tuple[str, ...], float]]


@pytest.fixture
def metrics(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreMetrics]:
    monkeypatch.setattr(store_metrics, "_FRESH_S", -1.0)
    made = StoreMetrics(lambda: store)
    read(made)  # totals count from here
    yield made
    made.close()


def read(metrics: StoreMetrics) -> Told:
    """By name and labels' values."""
    asyncio.run(metrics.refresh())
    found: Told = {}
    for family in metrics.registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_what_waits_is_told_with_the_age_of_the_oldest(store: Store, metrics: StoreMetrics) -> None:
    made_ready(store, order(sha256="a" * 64))
    solved(store, order(sha256="b" * 64))
    claim_solve(store, store.jobs.take(order(sha256="c" * 64)).task)
    for name in ("one", "two"):
        store.jobs.take(order(name, sha256="d" * 64))
    told = read(metrics)
    assert told["warpack_store_up"] == {(): 1}
    assert {key: value for key, value in told["warpack_tasks"].items() if value} == {
        ("solve", "waiting"): 1, ("solve", "held"): 1, ("validate", "waiting"): 1
    }  # fmt: skip
    assert told["warpack_orders"] == {("queued",): 2, ("solving",): 1, ("validating",): 1}
    assert told["warpack_queue_oldest_seconds"][("solve",)] >= 0
    store.workers.beat(Worker("a", ("solve", "cpu-gpu-extra")))
    store.workers.beat(Worker("b", ("solve",)))
    store.workers.beat(Worker("c"))
    told = read(metrics)
    assert told["warpack_workers"] == {("solve",): 2, ("cpu-gpu-extra",): 1}
    assert told["warpack_processes"] == {("yes",): 2, ("no",): 1}


def test_what_ended_is_counted_by_outcome_once(store: Store, metrics: StoreMetrics) -> None:
    made_ready(store, order(sha256="a" * 64))
    shared = [store.jobs.take(order(name, sha256="b" * 64)) for name in ("one", "two")]
    store.solves.deliver(claim_solve(store, shared[0].task), layout("infeasible"))
    store.jobs.cancel(store.jobs.take(order(sha256="c" * 64)).job_id)
    job_id, (task,) = solved(store, order(sha256="d" * 64), "feasible")
    claim = store.validations.claim(task, "w")
    assert claim is not None
    store.validations.fail(claim, "{}")
    assert store.jobs.state(job_id) == "failed"
    for _ in range(2):
        told = read(metrics)
        assert told["warpack_orders_ended_total"] == {
            ("ready",): 1, ("infeasible",): 2, ("cancelled",): 1, ("failed",): 1
        }  # fmt: skip
        assert told["warpack_solves_ended_total"] == {("solved",): 2, ("infeasible",): 1}
        assert told["warpack_validations_total"] == {("static", "passed"): 1, ("static", "none"): 1}
        assert told["warpack_solve_seconds_count"] == {(): 3}
        assert told["warpack_solve_gap_count"] == {(): 1}


def test_a_lost_lease_is_counted_and_a_released_one_is_not(store: Store, metrics: StoreMetrics) -> None:
    claim = claim_solve(store, store.jobs.take(order()).task)
    store.tasks.release(claim)
    assert "warpack_leases_lost_total" not in read(metrics)
    for attempt in (2, 3, 4):
        again = store.solves.claim(Task("solve", claim.id, attempt), "w")
        assert again is not None
        store.tasks.lose(again, "it died")
    told = read(metrics)
    assert told["warpack_leases_lost_total"] == {("solve",): 3}
    assert told["warpack_solves_ended_total"] == {("failed",): 1}


def test_a_withdrawn_answer_does_not_end_twice(store: Store, metrics: StoreMetrics) -> None:
    made_ready(store, order())
    before = read(metrics)
    store.withdrawals.withdraw("validator", verdict().version)
    after = read(metrics)
    for name in ("warpack_orders_ended_total", "warpack_validations_total"):
        assert after[name] == before[name]


def test_the_gap_of_what_is_not_proven_is_that_to_the_bound(store: Store, metrics: StoreMetrics) -> None:
    claim = claim_solve(store, store.jobs.take(order()).task)
    document = '{"launch": {"run_bytes": 150}, "proof": {"run_bytes": {"lower_bound_bytes": 100}}}'
    store.solves.deliver(claim, layout("feasible", document))
    assert read(metrics)["warpack_solve_gap_sum"] == {(): 0.5}


def test_a_database_that_hangs_holds_up_nobody_and_is_asked_once(
    metrics: StoreMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, asked = threading.Event(), []
    look = Figures.now

    def hang(figures: Figures) -> Any:
        asked.append(figures)
        assert answers.wait(PATIENCE_S)
        return look(figures)

    async def ask() -> list[float | None]:
        told = []
        for _ in range(3):
            await metrics.refresh()
            told.append(metrics.registry.get_sample_value("warpack_store_up"))
        answers.set()
        monkeypatch.setattr(store_metrics, "_PATIENCE_S", PATIENCE_S)
        await metrics.refresh()
        return [*told, metrics.registry.get_sample_value("warpack_store_up")]

    monkeypatch.setattr(Figures, "now", hang)
    monkeypatch.setattr(store_metrics, "_PATIENCE_S", 0.01)
    assert asyncio.run(ask()) == [0, 0, 0, 1]
    assert len(asked) == 1


def test_one_look_serves_all_who_ask_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    look = Figures.now
    monkeypatch.setattr(Figures, "now", lambda figures: (asked.append(figures), look(figures))[1])
    metrics = StoreMetrics(lambda: store)

    async def ask() -> None:
        await asyncio.gather(*(metrics.refresh() for _ in range(10)))
        await metrics.refresh()

    asyncio.run(ask())
    metrics.close()
    assert len(asked) == 1


def test_before_there_is_a_store_it_counts_as_away() -> None:
    metrics = StoreMetrics(lambda: None)
    asyncio.run(metrics.refresh())
    metrics.close()
    assert metrics.registry.get_sample_value("warpack_store_up") == 0
