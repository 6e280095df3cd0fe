"""A budget of bytes for all bodies that are held in memory. Each caller may have a share of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

LARGE_BYTES = 2**20


class BudgetSpent(Exception):
    """The budget has no room for these bytes now."""


class ShareSpent(Exception):
    """This caller's share of the budget has no room for these bytes now."""


class ByteBudget:
    """Large bodies get three quarters of the budget at most, so that small ones still find room. `share_bytes` is the
    most that one caller may hold. The caller without a key (an empty id) has no share."""

    def __init__(self, total_bytes: int, share_bytes: int | None = None) -> None:
        self._total_bytes = total_bytes
        self._share_bytes = total_bytes if share_bytes is None else share_bytes
        self._used_bytes = 0
        self._used_by: dict[str, int] = {}

    @contextmanager
    def lease(self, caller: str = "") -> Iterator[Lease]:
        """A lease that gives its bytes back when the block ends."""
        lease = Lease(self, caller)
        try:
            yield lease
        finally:
            self._used_bytes -= lease.held_bytes
            left_bytes = self._used_by.get(caller, 0) - lease.held_bytes
            if left_bytes:
                self._used_by[caller] = left_bytes
            else:
                self._used_by.pop(caller, None)

    def take(self, more_bytes: int, in_all_bytes: int, caller: str) -> None:
        """Takes `more_bytes` for a body of `in_all_bytes`. Raises `BudgetSpent` or `ShareSpent`."""
        own_bytes = self._used_by.get(caller, 0) + more_bytes
        if caller and own_bytes > self._share_bytes:
            raise ShareSpent
        limit = self._total_bytes * 3 // 4 if in_all_bytes > LARGE_BYTES else self._total_bytes
        if self._used_bytes + more_bytes > limit:
            raise BudgetSpent
        self._used_bytes += more_bytes
        self._used_by[caller] = own_bytes


class Lease:
    """The bytes of one request."""

    def __init__(self, budget: ByteBudget, caller: str) -> None:
        self._budget, self._caller = budget, caller
        self.held_bytes = 0

    def grow_to(self, size_bytes: int) -> None:
        """Holds at least `size_bytes`. Raises `BudgetSpent` or `ShareSpent`."""
        if size_bytes > self.held_bytes:
            self._budget.take(size_bytes - self.held_bytes, size_bytes, self._caller)
            self.held_bytes = size_bytes
