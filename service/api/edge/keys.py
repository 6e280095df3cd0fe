"""Finds the caller of a request before its body is read.

Keys are required unless the service listens to its own machine alone. On such a service, a call without a key belongs
to the one local caller, who may submit and read. A key that is sent counts there too, and a wrong one is refused.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from warpack.service.api.edge.answers import header, send_problem
from warpack.service.api.edge.calls import PROBES
from warpack.service.api.edge.database_faults import UNREACHABLE, unavailable
from warpack.service.api.edge.hosts import is_loopback
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings
from warpack.service.store.keys import Key, Keys
from warpack.service.store.keys import Scope as KeyScope
from warpack.service.store.records import Priority

_LOG = logging.getLogger("warpack.http")
_FRESH_S = 1.0
"""A key is looked up again after this time. So a revoked key still works for as long."""
_WHILE_AWAY_S = 300.0
"""While the database does not answer, a key that was valid within this time still opens the monitoring calls."""
_PATIENCE_S = 1.0
"""How long monitoring calls wait for the database."""
_MOST_KEPT = 1024
_OPEN = frozenset({"/", "/livez", "/readyz", "/docs", "/openapi.json"})
_OPEN_BELOW = ("/docs/", "/page/", "/v1/schema/")


@dataclass(frozen=True, slots=True)
class Caller:
    """`id` is that of the key. It is empty for the one local caller, who has no key."""

    id: str = ""
    scopes: frozenset[KeyScope] = field(default_factory=lambda: frozenset(("submit", "read")))
    priority: Priority = "normal"
    """The highest priority that the caller's orders may have."""

    def may_see(self, owner: str) -> bool:
        """Whether the caller may see the jobs of this owner."""
        return owner == self.id or "admin" in self.scopes


def lacks_valid_key(settings: Settings, keys: Keys) -> bool:
    """Whether a service with these settings requires keys, and no key is valid now."""
    return not is_loopback(settings.host) and not keys.any_valid()


class KeyCheck:
    """Puts the `caller` into the scope of a request. The log reads it there too."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._required = not is_loopback(settings.host)
        self._kept: dict[str, tuple[float, Key]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        shown = header(scope["headers"], b"authorization")
        if shown is None:
            if self._required and not _is_open(scope["path"]):
                await _refuse(send, "This service requires an API key: send Authorization: Bearer KEY.")
                return
            scope["caller"] = Caller()
            await self._app(scope, receive, send)
            return
        try:
            key = await self._find(scope, shown.decode("latin-1"))
        except (SQLAlchemyError, OSError) as error:
            found = UNREACHABLE if isinstance(error, TimeoutError) else unavailable(error)
            if found is None:
                raise
            await send_problem(send, found.problem, found.headers)
            return
        if key is None:
            _LOG.warning("a key that is not valid was refused", extra={"path": scope["path"][:200]})
            await _refuse(send, "The key in Authorization is not known here, was revoked, or has expired.")
            return
        scope["caller"] = Caller(key.id, key.scopes, key.priority)
        await self._app(scope, receive, send)

    async def _find(self, scope: Scope, shown: str) -> Key | None:
        kind, _, text = shown.partition(" ")
        text = text.strip()
        if kind.lower() != "bearer" or not text:
            return None
        at, key = self._kept.get(text, (0.0, None))
        if key is not None and time.monotonic() - at < _FRESH_S:
            return key
        runner = getattr(scope["app"].state, "runner", None)
        if runner is None:
            return None
        probes = scope["path"] in PROBES
        looking = asyncio.to_thread(runner.store.keys.find, text)
        try:
            found: Key | None = await asyncio.wait_for(looking, _PATIENCE_S if probes else None)
        except (SQLAlchemyError, OSError):  # a TimeoutError is one
            if probes and key is not None and time.monotonic() - at < _WHILE_AWAY_S:
                return key
            raise
        self._kept.pop(text, None)
        if found is not None:
            while len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[text] = time.monotonic(), found
        return found


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_BELOW)


async def _refuse(send: Send, detail: str) -> None:
    problem = ProblemDetails("unauthorized", "A valid API key is required", HTTPStatus.UNAUTHORIZED, detail)
    await send_problem(send, problem, {"WWW-Authenticate": "Bearer"})
