"""The claims that this process works on, and whether their results are still wanted."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from warpack.service.jobs.keeper import Keeper, KeeperAway
from warpack.service.jobs.retried import Retried
from warpack.service.store.records import Claim

_LOG = logging.getLogger("warpack.jobs")
_LOOK_EVERY_S = 0.2
_PATIENCE_S = 60.0
"""How long the keeper of tasks may be away before a result is given up. Servers restart in less time."""
_RELEASED_WITHIN_S = 5.0

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Held:
    """`until`: the latest time at which the claim ends, on this process's clock; 0 if it is usually short."""

    claim: Claim
    until: float
    loop: asyncio.AbstractEventLoop
    work: asyncio.Task[Any] | None

    def cancel(self) -> None:
        if self.work is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.work.cancel)


class Desk:
    """Asks the keeper once per interval for all claims together, and not at all while there are none."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self._held: dict[str, _Held] = {}
        self._unwanted: set[str] = set()
        self._changed = threading.Condition()
        self._stopping = False
        self._latest_end = inf
        """Claims that end later than this are released, those that come after the decision too."""

    def start(self) -> None:
        """Begins to ask whether results are still wanted."""
        self._asking = threading.Thread(target=self._ask_until_stopped, name="warpack-desk", daemon=True)
        self._asking.start()

    def stop(self) -> None:
        """Ends the thread that asks."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._asking.join()

    @asynccontextmanager
    async def under_way(self, claim: Claim, *, lasts_s: float = 0.0) -> AsyncIterator[Callable[[], bool]]:
        """The claim is under way while the block runs. The block gets a function that says whether the result is still
        wanted. If this process is told to stop meanwhile, the claim is released. `lasts_s`: how long the work may
        take."""
        with self._holding(claim, lasts_s) as wanted:
            try:
                yield wanted
            except asyncio.CancelledError:  # the claim stays under way until it is released: a stop waits for that
                await asyncio.shield(asyncio.ensure_future(asyncio.to_thread(self._release, claim)))
                raise

    @contextmanager
    def _holding(self, claim: Claim, lasts_s: float) -> Iterator[Callable[[], bool]]:
        until = time.monotonic() + lasts_s if lasts_s else 0.0
        held = _Held(claim, until, asyncio.get_running_loop(), asyncio.current_task())
        with self._changed:
            self._held[claim.token] = held
            if held.until > self._latest_end:
                held.cancel()
            self._changed.notify_all()
        try:
            yield lambda: claim.token not in self._unwanted
        finally:
            with self._changed:
                del self._held[claim.token]
                self._unwanted.discard(claim.token)
                self._changed.notify_all()

    def _release(self, claim: Claim) -> None:
        try:
            self.keeper.release(claim)
        except Exception as error:
            _LOG.warning("a task could not be released; its lease will run out: %s", error)

    def tokens(self) -> frozenset[str]:
        """The tokens of the claims under way."""
        with self._changed:
            return frozenset(self._held)

    def release_longer_than(self, limit_s: float) -> None:
        """Releases the claims that will not end within the limit, also one that is only now on its way from the keeper
        to this desk."""
        self._release_later_than(time.monotonic() + limit_s)

    def drain(self, limit_s: float, hurry: threading.Event) -> None:
        """Waits until nothing is under way. Claims that do not end within the limit, or before `hurry` is set, are
        released."""
        end = time.monotonic() + limit_s
        with self._changed:
            while self._held and not hurry.is_set() and time.monotonic() < end:
                self._changed.wait(0.05)
        self._release_later_than(-inf)

    def _release_later_than(self, latest_end: float) -> None:
        """Cancels the work on the claims that end later. Returns once they are released, or could not be."""
        end = time.monotonic() + _RELEASED_WITHIN_S
        with self._changed:
            self._latest_end = latest_end
            chosen = {token for token, held in self._held.items() if held.until > latest_end}
            for token in chosen:
                self._held[token].cancel()
            while chosen & self._held.keys() and time.monotonic() < end:
                self._changed.wait(0.05)

    def _ask_until_stopped(self) -> None:
        tried = Retried(_LOG, "asking whether results are still wanted")
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held or self._stopping)
                self._changed.wait_for(lambda: self._stopping, _LOOK_EVERY_S)  # most claims have ended by then
                if self._stopping:
                    return
                claims = tuple(held.claim for held in self._held.values())
            if not claims:
                continue
            try:
                wanted = self.keeper.wanted(claims)
            except Exception as error:
                tried.failed(error)
            else:
                tried.worked()
                with self._changed:
                    self._unwanted |= {claim.token for claim in claims} - wanted
                    self._unwanted &= self._held.keys()


async def persist(do: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Calls `do` in a thread, and tries again while the database or the service cannot be reached. For calls that may
    be made twice."""
    until, pause = time.monotonic() + _PATIENCE_S, 0.1
    while True:
        try:
            return await asyncio.to_thread(do, *arguments, **named)
        except (OperationalError, InterfaceError, KeeperAway) as error:
            if time.monotonic() > until:
                raise
            why = str(getattr(error, "orig", None) or error).strip()
            _LOG.warning("the keeper of tasks cannot be reached; it is tried again: %s", why)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)
