"""The edge: every request passes it before a call, and every answer after.

protocol        HTTP on a socket: time limits for heads and for answers that nobody reads, a cap on connections
request_log     a log line and an id for each request, the headers of every answer, our own faults as problems
unread          an early answer reaches a caller who is still sending the body; then the connection ends
guard           refuses other hosts, pages of other sites, and bodies that are not JSON
keys            finds the caller: by an API key, or the one caller of a service for its own machine
rate            a cap on the requests of one key per second
concurrency     a cap on requests in progress
body_gate       reads bodies whole, within a size, a time, and budgets of bytes for all requests and for each key
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from warpack.service.api.edge.body_gate import BodyGate
from warpack.service.api.edge.calls import Calls
from warpack.service.api.edge.concurrency import ConcurrencyLimit
from warpack.service.api.edge.guard import Guard
from warpack.service.api.edge.keys import KeyCheck, lacks_valid_key
from warpack.service.api.edge.rate import RateLimit
from warpack.service.api.edge.request_log import RequestLog
from warpack.service.api.edge.unread import Unread
from warpack.service.settings import Settings

__all__ = ["Edge"]


class Edge:
    """All of these but the protocol, as one ASGI middleware."""

    lacks_valid_key = staticmethod(lacks_valid_key)

    def __init__(self, app: ASGIApp, settings: Settings, calls: Calls) -> None:
        inner = KeyCheck(RateLimit(ConcurrencyLimit(BodyGate(app, settings), settings), settings), settings)
        self._outermost = RequestLog(Unread(Guard(inner, settings, calls)), calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._outermost(scope, receive, send)
