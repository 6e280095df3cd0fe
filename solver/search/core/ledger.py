"""The ledger of a solve: an account for each strategy, of what it found and proved in all searches of the solve."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from warpack.solver.wire.run_info import StrategyAccount
from warpack.solver.wire.units import Bytes


@dataclass(slots=True)
class _Account:
    """A `StrategyAccount` that still grows."""

    steps: int = 0
    effort: float = 0.0
    seconds: float = 0.0
    packings: int = 0
    saved_bytes: Bytes = 0
    bounds: int = 0
    raised_bytes: Bytes = 0
    proofs: int = 0


class Ledger:
    """Accounts in the order in which strategies were first asked. The searches of one solve may run in threads."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._lock = Lock()

    @property
    def accounts(self) -> tuple[StrategyAccount, ...]:
        """The accounts of all strategies that were asked."""
        with self._lock:
            return tuple(
                StrategyAccount(
                    strategy=name,
                    steps=one.steps,
                    effort=round(one.effort, 6) if one.effort else 0.0,
                    seconds=round(one.seconds, 6),
                    packings=one.packings,
                    saved_bytes=one.saved_bytes,
                    bounds=one.bounds,
                    raised_bytes=one.raised_bytes,
                    proofs=one.proofs,
                )
                for name, one in self._accounts.items()
            )

    def asked(self, strategy: str) -> _Step:
        """A context manager around one step of a strategy."""
        return _Step(self, strategy)

    def took(self, strategy: str, seconds: float) -> None:
        """Adds the time of a step."""
        with self._lock:
            account = self._of(strategy)
            account.steps += 1
            account.seconds += seconds

    def spent(self, strategy: str, effort: float) -> None:
        """Adds effort."""
        with self._lock:
            self._of(strategy).effort += effort

    def packed(self, strategy: str, saved_bytes: Bytes) -> None:
        """Counts a packing of the strategy that is the best so far. The first packing of a region saves nothing."""
        with self._lock:
            account = self._of(strategy)
            account.packings += 1
            account.saved_bytes += saved_bytes

    def raised(self, strategy: str, raised_bytes: Bytes) -> None:
        """Counts a lower bound of the strategy that is the best so far."""
        with self._lock:
            account = self._of(strategy)
            account.bounds += 1
            account.raised_bytes += raised_bytes

    def closed(self, strategy: str) -> None:
        """Counts that the strategy has closed the interval."""
        with self._lock:
            self._of(strategy).proofs += 1

    def _of(self, strategy: str) -> _Account:
        account = self._accounts.get(strategy)
        if account is None:
            account = self._accounts[strategy] = _Account()
        return account


class _Step:
    """A context manager without contextlib, because a solve of a millisecond has several."""

    __slots__ = ("_ledger", "_started", "_strategy")

    def __init__(self, ledger: Ledger, strategy: str) -> None:
        self._ledger, self._strategy, self._started = ledger, strategy, 0.0

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._ledger.took(self._strategy, time.monotonic() - self._started)
