"""A cap on requests in progress. Some connections stay free, so that a refusal and /readyz can always be answered."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from warpack.service.api.edge.answers import RETRY_SOON, send_problem
from warpack.service.api.edge.calls import PROBES
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings

_KEPT_FREE = 32
"""So many of the service's connections are kept free of requests."""


class ConcurrencyLimit:
    """ASGI middleware that answers 503 `too-busy` if too many requests are in progress."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._most = max(settings.max_connections - _KEPT_FREE, settings.max_connections // 2)
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        if self._busy >= self._most:
            await send_problem(send, _too_busy(self._most), {**RETRY_SOON, "Connection": "close"})
            return
        self._busy += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._busy -= 1


def _too_busy(most: int) -> ProblemDetails:
    return ProblemDetails(
        "too-busy",
        "Too many requests at once",
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"{most} requests are in progress, and the service takes no more. Try again in a moment.",
    )
