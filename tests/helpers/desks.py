"""A desk for handlers that a test calls itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from warpack.service.jobs.desk import Desk
from warpack.service.jobs.store_keeper import StoreKeeper
from warpack.service.store import Store
from warpack.service.store.records import Task


@contextmanager
def desk(
    store: Store,
    submit: Callable[[Task], None] = lambda _: None,
    has_device: Callable[[str], bool] = lambda _: False,
) -> Iterator[Desk]:
    made = Desk(StoreKeeper(store, "a worker", submit, has_device))
    made.start()
    try:
        yield made
    finally:
        made.stop()
