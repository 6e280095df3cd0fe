"""A budget of bytes over all requests whose bodies are held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

LARGE_BYTES = 2**20


class BudgetSpent(Exception):
    """There is no room for these bytes now."""


class ByteBudget:
    """Large bodies get three quarters of it at most: however many of them come, small ones still find room."""

    def __init__(self, total_bytes: int) -> None:
        self._total_bytes = total_bytes
        self._used_bytes = 0

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """What is taken by it is given back when the block ends."""
        lease = Lease(self)
        try:
            yield lease
        finally:
            self._used_bytes -= lease.held_bytes

    def take(self, more_bytes: int, in_all_bytes: int) -> None:
        limit = self._total_bytes * 3 // 4 if in_all_bytes > LARGE_BYTES else self._total_bytes
        if self._used_bytes + more_bytes > limit:
            raise BudgetSpent
        self._used_bytes += more_bytes


class Lease:
    """The bytes of one request."""

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self.held_bytes = 0

    def grow_to(self, size_bytes: int) -> None:
        """Hold at least so many. Raises `BudgetSpent`."""
        if size_bytes > self.held_bytes:
            self._budget.take(size_bytes - self.held_bytes, size_bytes)
            self.held_bytes = size_bytes
