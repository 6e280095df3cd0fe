"""Metrics of the whole service, from the store, for /metrics. They are looked up when a caller asks, and kept for a
moment.

Every node tells the same gauges. Counters count from the first time that this node was asked. If the database does not
answer in time, counters keep their values, and gauges are left out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from warpack.service.store import Store
from warpack.service.store.figures import Now
from warpack.service.store.happenings import Happened, Mark

_LOG = logging.getLogger("warpack.api")
_FRESH_S = 2.0
_PATIENCE_S = 1.0
_MOST_LOOKS = 20
"""The most queries of events for one answer. A node that was not asked for long catches up over several answers."""


class StoreMetrics:
    """For one event loop. `store` returns the store, or None while the service starts or stops."""

    def __init__(self, store: Callable[[], Store | None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._fresh_until = float("-inf")
        self._looking: asyncio.Future[tuple[Now, Mark, list[Happened]]] | None = None
        self._mark: Mark | None = None
        # A thread of its own, because the shared threads may all be waiting for the database.
        self._thread = ThreadPoolExecutor(1, "warpack-metrics")
        self.registry = registry = CollectorRegistry()
        self._up = Gauge("warpack_store_up", "Whether the database answered in time.", registry=registry)
        self._tasks = Gauge(
            "warpack_tasks", "Unfinished tasks. state: waiting, held.", ("kind", "state"), registry=registry
        )
        self._oldest = Gauge(
            "warpack_queue_oldest_seconds", "How long the oldest waiting task has waited.", ("kind",), registry=registry
        )
        self._orders = Gauge("warpack_orders", "Unfinished orders.", ("state",), registry=registry)
        self._workers = Gauge("warpack_workers", "Workers alive, by queue.", ("queue",), registry=registry)
        self._processes = Gauge(
            "warpack_processes",
            "Processes alive. takes_tasks: no for a node that only answers calls.",
            ("takes_tasks",),
            registry=registry,
        )
        self._ended_orders = Counter("warpack_orders_ended", "Orders that ended.", ("outcome",), registry=registry)
        self._ended_solves = Counter("warpack_solves_ended", "Solves that ended.", ("outcome",), registry=registry)
        self._levels = Counter(
            "warpack_validations", "Levels that validations tried.", ("level", "verdict"), registry=registry
        )
        self._lost = Counter("warpack_leases_lost", "Tasks whose holder was lost.", ("kind",), registry=registry)
        self._solve_s = Histogram(
            "warpack_solve_seconds",
            "Seconds from the last claim of a solve to its answer.",
            buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600),
            registry=registry,
        )
        self._gap = Histogram(
            "warpack_solve_gap",
            "A run's bytes above the proven bound, as a share of the bound.",
            buckets=(0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
            registry=registry,
        )
        self._gauges = (self._tasks, self._oldest, self._orders, self._workers, self._processes)

    async def refresh(self) -> None:
        """Returns when the metrics are fresh, or after a second. Raises no error of the database."""
        if self._clock() < self._fresh_until:
            return
        store = self._store()
        if store is None:
            self._away()
            return
        if self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(self._thread, _look, store, self._mark)
            self._looking.add_done_callback(self._looked)
        await asyncio.wait({self._looking}, timeout=_PATIENCE_S)
        if self._looking is not None and not self._looking.done():
            self._away()

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _away(self) -> None:
        self._up.set(0)
        for gauge in self._gauges:
            gauge.clear()

    def _looked(self, looking: asyncio.Future[tuple[Now, Mark, list[Happened]]]) -> None:
        self._looking = None
        if looking.cancelled():
            return
        error = looking.exception()
        if error is not None:
            _LOG.warning("the database could not be asked for metrics: %s", error)
            self._away()
            return
        now, self._mark, happened = looking.result()
        self._fresh_until = self._clock() + _FRESH_S
        self._up.set(1)
        self._set(now)
        for each in happened:
            self._add(each)

    def _set(self, now: Now) -> None:
        for gauge in self._gauges:
            gauge.clear()
        for queue in now.queues:
            self._tasks.labels(queue.kind, "waiting").set(queue.waiting)
            self._tasks.labels(queue.kind, "held").set(queue.held)
            self._oldest.labels(queue.kind).set(queue.oldest_s)
        for state, count in now.orders.items():
            self._orders.labels(state).set(count)
        for name, count in now.workers.items():
            self._workers.labels(name).set(count)
        self._processes.labels("yes").set(now.working)
        self._processes.labels("no").set(now.answering)

    def _add(self, happened: Happened) -> None:
        for counter, counts in (
            (self._ended_orders, happened.orders),
            (self._ended_solves, happened.solves),
            (self._lost, happened.losses),
        ):
            for label, count in counts.items():
                counter.labels(label).inc(count)
        for (level, verdict), count in happened.levels.items():
            self._levels.labels(level, verdict).inc(count)
        for seconds in happened.solve_s:
            self._solve_s.observe(seconds)
        for gap in happened.gaps:
            self._gap.observe(gap)


def _look(store: Store, mark: Mark | None) -> tuple[Now, Mark, list[Happened]]:
    now = store.figures.now()
    if mark is None:
        return now, store.happenings.now(), []
    found = []
    for _ in range(_MOST_LOOKS):
        before = mark
        mark, happened = store.happenings.after(mark)
        found.append(happened)
        if mark.last == before.last:
            break
    return now, mark, found
