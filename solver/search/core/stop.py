"""When to stop: at a deadline, when the caller cancels, or when a search has spent its effort.

Effort is counted so that it does not depend on the machine. So a search that is cut short by its effort always gives
the same result. The clock only ends the whole solve; if it does, something is left unproven.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from warpack.solver.search.core.ledger import Ledger
from warpack.solver.search.core.options import SearchOptions


class Stopped(Exception):
    """The time limit has passed, or the caller cancelled. The best packing so far still stands."""


@dataclass(frozen=True)
class Stop:
    """`deadline` is a time of `time.monotonic`. `cancelled` says whether the caller has cancelled, and must be cheap.
    `effort` is what a search for one packing may spend. Its unit is about a second of one core; it is counted in nodes
    and in CP-SAT's deterministic time. `options` and `ledger` are those of the whole solve."""

    deadline: float
    cancelled: Callable[[], bool] | None = None
    started: float = field(default_factory=time.monotonic)
    effort: float = inf
    options: SearchOptions = field(default_factory=SearchOptions)
    ledger: Ledger = field(default_factory=Ledger, compare=False)

    @classmethod
    def after(
        cls, seconds: float, cancelled: Callable[[], bool] | None = None, options: SearchOptions | None = None
    ) -> Stop:
        """A stop with a deadline `seconds` from now."""
        now = time.monotonic()
        return cls(now + seconds, cancelled, now, options=options or SearchOptions())

    @property
    def remaining_s(self) -> float:
        """The time from now to the deadline."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def elapsed_s(self) -> float:
        """The time from the start to now."""
        return time.monotonic() - self.started

    @property
    def limit_s(self) -> float:
        """The time from the start to the deadline."""
        return max(0.0, self.deadline - self.started)

    def now(self) -> bool:
        """Whether to stop."""
        return time.monotonic() >= self.deadline or (self.cancelled is not None and self.cancelled())

    def check(self) -> None:
        """Raises Stopped if it is time to stop."""
        if self.now():
            raise Stopped

    def leaves_out(self, strategy: str) -> bool:
        """Whether the user has left this strategy out."""
        return strategy in self.options.without

    def within(self, seconds: float) -> Stop:
        """The same, with a deadline at most `seconds` from now."""
        return self._with(min(self.deadline, time.monotonic() + seconds), self.effort)

    def with_effort(self, effort: float) -> Stop:
        """The same, with at most this effort for one search."""
        return self._with(self.deadline, min(self.effort, effort))

    def with_deadline_in(self, seconds: float) -> Stop:
        """The same, with a deadline `seconds` from now, even if the old one is earlier. It is for work that every
        result needs."""
        return self._with(time.monotonic() + seconds, self.effort)

    def _with(self, deadline: float, effort: float) -> Stop:
        """The same as `dataclasses.replace`, in a third of its time. A solve of a millisecond has several calls."""
        return Stop(deadline, self.cancelled, self.started, effort, self.options, self.ledger)
