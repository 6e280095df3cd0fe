"""Limits the requests of one API key: so many per second, and a burst of ten seconds' worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from warpack.service.api.edge.answers import send_problem
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings

_BURST_S = 10.0


class Rate:
    """Token buckets, one for each key that has called. An operator makes the keys, so there are few."""

    def __init__(self, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second, self._clock = a_second, clock
        self._most = max(a_second * _BURST_S, 1.0)
        self._left: dict[str, tuple[float, float]] = {}

    def wait_s(self, caller: str) -> float:
        """Counts a request of this caller and returns 0, if the limit allows it. Else returns the seconds until it
        does."""
        now = self._clock()
        left, at = self._left.get(caller, (self._most, now))
        left = min(left + (now - at) * self._a_second, self._most)
        through = left >= 1.0
        self._left[caller] = left - through, now
        return 0.0 if through else (1.0 - left) / self._a_second


class RateLimit:
    """Callers without a key have no limit here; only the limits of the whole service hold for them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._rate = Rate(settings.max_requests_per_key)
        self._most = settings.max_requests_per_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope["caller"].id if scope["type"] == "http" else ""
        wait_s = self._rate.wait_s(caller) if caller else 0.0
        if wait_s:
            await send_problem(send, _too_often(self._most), {"Retry-After": str(math.ceil(wait_s))})
            return
        await self._app(scope, receive, send)


def _too_often(most: float) -> ProblemDetails:
    return ProblemDetails(
        "request-quota",
        "Too many requests of this key",
        HTTPStatus.TOO_MANY_REQUESTS,
        f"One key may send {most:g} requests a second. This key has sent more for some time.",
    )
