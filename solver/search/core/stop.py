"""When to give up: a time limit and the caller's wish to cancel, asked through one small object, and how much effort
one search is worth before that.

Efforts are counted in what does not depend on the machine, so what comes of a search that was cut short by its effort
is always the same. The clock is for the end of the whole alone: where it came first, something is left unproven.
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
    """`deadline` counts on `time.monotonic`; `cancelled` is the caller's question, cheap to ask. `effort`: what a
    search for one packing may spend, in about seconds of one core, counted in nodes and CP-SAT's deterministic time.
    `options` and `ledger` are those of the solve that all these searches belong to."""

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
        now = time.monotonic()
        return cls(now + seconds, cancelled, now, options=options or SearchOptions())

    @property
    def remaining_s(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.started

    @property
    def limit_s(self) -> float:
        """The whole time from the start to the deadline."""
        return max(0.0, self.deadline - self.started)

    def now(self) -> bool:
        """Whether to stop."""
        return time.monotonic() >= self.deadline or (self.cancelled is not None and self.cancelled())

    def check(self) -> None:
        """Raises Stopped where `now()`."""
        if self.now():
            raise Stopped

    def leaves_out(self, strategy: str) -> bool:
        return strategy in self.options.without

    def within(self, seconds: float) -> Stop:
        """The same wish to cancel, with at most `seconds` from now."""
        return self._with(min(self.deadline, time.monotonic() + seconds), self.effort)

    def sparing(self, effort: float) -> Stop:
        """The same, with at most so much effort for one search."""
        return self._with(self.deadline, min(self.effort, effort))

    def beyond(self, seconds: float) -> Stop:
        """The same wish to cancel, but `seconds` from now whatever the deadline is: for what a result cannot do
        without."""
        return self._with(time.monotonic() + seconds, self.effort)

    def _with(self, deadline: float, effort: float) -> Stop:
        """What `dataclasses.replace` gives, in a third of its time: solves of a millisecond have several."""
        return Stop(deadline, self.cancelled, self.started, effort, self.options, self.ledger)
