"""What this process has under way: the claims that it holds, and whether their results are still asked for."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from warpack.service.store import Store
from warpack.service.store.records import Claim

_LOG = logging.getLogger("warpack.jobs")
_LOOK_EVERY_S = 0.2
_PATIENCE_S = 60.0
"""How long the database may be away before the result of a task is given up: servers restart in less."""

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """One question a moment for all claims, however many there are; none while there are none."""

    def __init__(self, store: Store, holder: str) -> None:
        self._store, self.holder = store, holder
        self._claims: dict[str, Claim] = {}
        self._unwanted: set[str] = set()
        self._changed = threading.Condition()
        self._stopping = False

    def start(self) -> None:
        self._asking = threading.Thread(target=self._ask_until_stopped, name="warpack-desk", daemon=True)
        self._asking.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._asking.join()

    @asynccontextmanager
    async def under_way(self, claim: Claim) -> AsyncIterator[Callable[[], bool]]:
        """While the block runs, the claim is under way. What it gives says whether the result is still wanted. Where
        this process is told to stop meanwhile, the claim is released."""
        try:
            with self._holding(claim) as wanted:
                yield wanted
        except asyncio.CancelledError:
            await asyncio.to_thread(self._store.tasks.release, claim)
            raise

    @contextmanager
    def _holding(self, claim: Claim) -> Iterator[Callable[[], bool]]:
        with self._changed:
            self._claims[claim.token] = claim
            self._changed.notify_all()
        try:
            yield lambda: claim.token not in self._unwanted
        finally:
            with self._changed:
                del self._claims[claim.token]
                self._unwanted.discard(claim.token)

    def tokens(self) -> frozenset[str]:
        """Of the claims under way."""
        with self._changed:
            return frozenset(self._claims)

    def _ask_until_stopped(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._claims or self._stopping)
                if self._stopping:
                    return
                claims = tuple(self._claims.values())
            try:
                wanted = self._store.tasks.wanted(claims)
            except Exception:
                _LOG.exception("asking whether results are still wanted failed; it is tried again")
            else:
                with self._changed:
                    self._unwanted |= {claim.token for claim in claims} - wanted
                    self._unwanted &= self._claims.keys()
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, _LOOK_EVERY_S)


async def persist(do: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """In a thread, again and again while the database cannot be reached. For writes that may be made twice."""
    until, pause = time.monotonic() + _PATIENCE_S, 0.1
    while True:
        try:
            return await asyncio.to_thread(do, *arguments, **named)
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > until:
                raise
            _LOG.warning("the database cannot be reached; it is tried again: %s", str(error.orig or error).strip())
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)
