"""What has ended since the last question, over all processes. It is read from the events, in the order of their ids.

An id may appear before a smaller one, because on PostgreSQL a transaction takes its ids before it commits. So ids that
were missing are asked for again for some time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from warpack.service.store.database import Database
from warpack.service.store.tables import events, layouts, orders, reports, validations

_BATCH = 500
_MOST_MISSED = 1000
_MISSED_FOR_S = 60.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the events were read. `missed`: ids before `last` that were missing, each with the time of that."""

    last: int
    missed: Mapping[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Happened:
    """`orders` by outcome: ready, infeasible, failed, cancelled. `solves` by outcome: solved, infeasible, failed.
    `solve_s`: seconds from the last claim of each answered solve to its answer. `gaps`: for each layout, the run's
    bytes above the proven bound, as a share of the bound. `levels` by level and verdict: passed, failed, or none if a
    validation ended without a report. `losses` by kind of task."""

    orders: Counter[str] = field(default_factory=Counter)
    solves: Counter[str] = field(default_factory=Counter)
    solve_s: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    levels: Counter[tuple[str, str]] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)


class Happenings:
    """Counts what has ended, from the events."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock

    def now(self) -> Mark:
        """A mark before all that happens from now on."""
        with self._database.reading() as connection:
            return Mark(int(connection.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one()))

    def after(self, mark: Mark) -> tuple[Mark, Happened]:
        """What happened after the mark, up to some hundreds of events, and the mark after them."""
        new = select(events).where(events.c.id > mark.last).order_by(events.c.id).limit(_BATCH)
        happened = Happened()
        with self._database.reading() as connection:
            rows = list(connection.execute(new))
            if mark.missed:
                rows += connection.execute(select(events).where(events.c.id.in_(mark.missed)))
            _count(connection, rows, happened)
        return self._moved(mark, [row.id for row in rows]), happened

    def _moved(self, mark: Mark, seen: list[int]) -> Mark:
        now, last = self._clock(), max((mark.last, *seen))
        missed = {each: at for each, at in mark.missed.items() if now - at < _MISSED_FOR_S}
        first_new = max(mark.last, last - _MOST_MISSED) + 1
        missed.update(dict.fromkeys(range(first_new, last), now))
        for each in seen:
            missed.pop(each, None)
        return Mark(last, dict(sorted(missed.items())[-_MOST_MISSED:]))


def _count(connection: Connection, rows: Iterable[Row[Any]], happened: Happened) -> None:
    solved: list[str] = []
    ended: dict[str, str] = {}
    answered: list[int] = []
    for row in rows:
        document = orjson.loads(row.document)
        if "losses" in document:
            happened.losses["solve" if row.validation_id is None else "validate"] += 1
        if row.kind == "cancelled" and row.order_id is not None:
            happened.orders["cancelled"] += 1
        if "withdrawn" in document:
            continue  # it had ended before, and was counted then
        if row.validation_id is not None:
            if row.kind in ("ready", "failed"):
                ended[row.validation_id] = row.kind
                _count_orders(connection, row, orders.c.validation_id == row.validation_id, happened)
        elif row.kind in ("validating", "infeasible", "failed"):
            happened.solves["solved" if row.kind == "validating" else row.kind] += 1
            if row.kind != "validating":
                _count_orders(connection, row, orders.c.solve_id == row.solve_id, happened)
            else:
                solved.append(row.solve_id)
            if row.kind != "failed":
                answered.append(row.id)
    happened.solve_s += _seconds(connection, answered)
    happened.gaps += _gaps(connection, solved)
    happened.levels.update(_levels(connection, ended))


def _count_orders(connection: Connection, row: Row[Any], of_it: Any, happened: Happened) -> None:
    """Counts the orders that waited for what ended. Later orders were answered from the store."""
    query = select(func.count()).select_from(orders)
    query = query.where(of_it, orders.c.cancelled_at.is_(None), orders.c.created_at <= row.at)
    happened.orders[row.kind] += connection.execute(query).scalar_one()


def _seconds(connection: Connection, event_ids: list[int]) -> list[float]:
    """The seconds between the last claim of each solve and the event that ended it."""
    if not event_ids:
        return []
    before = events.alias()
    begun = (
        select(func.max(before.c.at))
        .where(before.c.solve_id == events.c.solve_id, before.c.kind == "solving", before.c.id < events.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(select(events.c.at, begun.label("begun")).where(events.c.id.in_(event_ids)))
    return [max(_time(row.at) - _time(row.begun), 0.0) for row in rows if row.begun is not None]


def _gaps(connection: Connection, solve_ids: list[str]) -> list[float]:
    if not solve_ids:
        return []
    these = layouts.c.solve_id.in_(solve_ids)
    proven = select(func.count()).select_from(layouts).where(these, layouts.c.status == "optimal")
    found = [0.0] * connection.execute(proven).scalar_one()
    for document in connection.execute(
        select(layouts.c.document).where(these, layouts.c.status == "feasible")
    ).scalars():
        layout = orjson.loads(document)
        proof = (layout.get("proof") or {}).get("run_bytes")
        if proof and proof["lower_bound_bytes"]:
            found.append(layout["launch"]["run_bytes"] / proof["lower_bound_bytes"] - 1)
    return found


def _levels(connection: Connection, ended: dict[str, str]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    if not ended:
        return found
    query = select(reports.c.validation_id, reports.c.level, reports.c.passed)
    failed_so = set()
    for row in connection.execute(query.where(reports.c.validation_id.in_(list(ended)))):
        found[row.level, "passed" if row.passed else "failed"] += 1
        if not row.passed:
            failed_so.add(row.validation_id)
    without = [each for each, kind in ended.items() if kind == "failed" and each not in failed_so]
    without_report = select(validations.c.required).where(validations.c.id.in_(without))
    found.update((required, "none") for required in connection.execute(without_report).scalars())
    return found


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
