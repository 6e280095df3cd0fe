"""Reads each body whole before a call sees it. A body has a limit of size and of time. The bodies in memory have a
budget of bytes over all requests, and one for each key."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warpack.service.api.edge.answers import RETRY_SOON, header, send_problem
from warpack.service.api.edge.budget import BudgetSpent, ByteBudget, Lease, ShareSpent
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings
from warpack.solver.reading.source import MOST_MANIFEST_BYTES
from warpack.solver.wire.problems import Problem

MAX_BODY_BYTES = MOST_MANIFEST_BYTES

_SLOWEST_BYTES_PER_S = 65536
"""A body may take one more second for each so many bytes that have come."""


class _Refused(Exception):
    def __init__(self, problem: ProblemDetails, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers


class _CallerLeft(Exception):
    """The connection ended before the body was whole."""


class BodyGate:
    """Only POST has a body here. The body of another method is not read (see `unread`)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limit_s = settings.body_limit_s
        self._budget = ByteBudget(settings.max_bytes_in_flight, settings.max_bytes_per_key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        with self._budget.lease(scope["caller"].id) as lease:
            try:
                body: bytes | None = await self._read(scope, receive, lease)
            except _CallerLeft:
                return
            except _Refused as refused:
                await send_problem(send, refused.problem, refused.headers)
                return

            async def replay() -> Message:
                nonlocal body
                if body is None:
                    return await receive()
                handed, body = body, None
                return {"type": "http.request", "body": handed, "more_body": False}

            await self._app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive, lease: Lease) -> bytes:
        declared = header(scope["headers"], b"content-length") or b"0"
        if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
            raise _Refused(_too_large())
        try:
            # The declared size is reserved before anything is read. If many bodies come at once, the first are read
            # whole, and the others are refused at once.
            lease.grow_to(int(declared) if declared.isdigit() else 0)
            async with asyncio.timeout(self._limit_s) as limit:
                return await self._whole(receive, lease, limit)
        except BudgetSpent:
            raise _Refused(_no_room(), RETRY_SOON) from None
        except ShareSpent:
            raise _Refused(_share_spent(), RETRY_SOON) from None
        except TimeoutError:
            raise _Refused(_too_slow()) from None

    async def _whole(self, receive: Receive, lease: Lease, limit: asyncio.Timeout) -> bytes:
        begun = asyncio.get_running_loop().time()
        pieces: list[bytes] = []
        size_bytes, more = 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise _CallerLeft
            piece = message.get("body", b"")
            size_bytes += len(piece)
            if size_bytes > MAX_BODY_BYTES:
                raise _Refused(_too_large())
            lease.grow_to(size_bytes)
            pieces.append(piece)
            more = message.get("more_body", False)
            if more:
                limit.reschedule(begun + self._limit_s + size_bytes / _SLOWEST_BYTES_PER_S)
        return b"".join(pieces)


def _too_large() -> ProblemDetails:
    detail = f"A body may have at most {MAX_BODY_BYTES} bytes."
    return ProblemDetails(
        "body-too-large",
        "The body is too large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        detail,
        errors=(Problem("document-too-large", "", detail),),
        more={"max_body_bytes": MAX_BODY_BYTES},
    )


def _too_slow() -> ProblemDetails:
    return ProblemDetails(
        "request-timeout",
        "The body was not read in time",
        HTTPStatus.REQUEST_TIMEOUT,
        f"A body must be sent whole, at {_SLOWEST_BYTES_PER_S // 1024} KiB a second at least.",
    )


def _no_room() -> ProblemDetails:
    return ProblemDetails(
        "too-many-bytes",
        "Too many bytes at once",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The bodies of the requests in progress fill the memory that is kept for bodies. Try again in a moment.",
    )


def _share_spent() -> ProblemDetails:
    return ProblemDetails(
        "byte-quota",
        "Too many bytes of this key at once",
        HTTPStatus.TOO_MANY_REQUESTS,
        "The bodies of this key's requests in progress fill the share of one key. Send more when one is answered.",
    )
