"""The order of the tests of a run in parallel: no worker is left with a slow file at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def dealt(slow: Sequence[Sequence[Item]], quick: Sequence[Item], workers: int) -> list[Item]:
    """All items, so that each worker's share begins with slow files, whole; every second worker has them from the last
    to the first, so that not all start services, or all compile, at one time.

    `--dist worksteal` gives the first worker the first of as many equal shares as there are workers, and so on.
    """
    count = sum(map(len, slow)) + len(quick)
    order: list[Item] = []
    left = list(quick)
    for worker in range(workers):
        share = (count - len(order)) // (workers - worker)
        files = slow[worker::workers]
        begins = [item for file in (files[::-1] if worker % 2 else files) for item in file]
        taken = max(0, share - len(begins))
        order += begins + left[:taken]
        del left[:taken]
    return order + left
