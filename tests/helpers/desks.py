"""A desk for handlers that a test calls itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warpack.service.jobs.desk import Desk
from warpack.service.store import Store


@contextmanager
def desk(store: Store) -> Iterator[Desk]:
    made = Desk(store, "a worker")
    made.start()
    try:
        yield made
    finally:
        made.stop()
