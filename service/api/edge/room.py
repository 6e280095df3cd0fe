"""A cap on requests in progress, so that there is always room to say that there is none, and to answer /readyz."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from warpack.service.api.edge.answers import RETRY_SOON, send_problem
from warpack.service.api.edge.calls import PROBES
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings

_KEPT_FREE = 32
"""Of the connections that the service holds, so many are never busy with a request."""


class Room:
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
        "Too many requests at a time",
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"{most} requests are being answered, and more are not taken. Try again in a moment.",
    )
