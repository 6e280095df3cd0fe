"""Writes one log line for each request, with an id that the answer repeats. Makes a problem of each error that nothing
else has caught."""

from __future__ import annotations

import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from warpack.service.api.edge.answers import header, send_problem
from warpack.service.api.edge.calls import Calls
from warpack.service.api.edge.counts import count_request
from warpack.service.api.edge.request_ids import HEADER, request_id
from warpack.service.api.edge.security_headers import with_security
from warpack.service.problems import internal_error

_LOG = logging.getLogger("warpack.http")


class RequestLog:
    """Fields of a line: `caller` is the id of the key that was sent. `path` is the template of the call
    (`/v1/layouts/{job_id}`), or null if no call has that path. `status` is null if the caller left before an answer.
    `seconds` end with the last byte handed to the socket."""

    def __init__(self, app: ASGIApp, calls: Calls) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        known_as = request_id(header(scope["headers"], HEADER))
        # A copy, because the server must still see that the request is a HEAD.
        inner: Scope = {
            **scope,
            "request_id": known_as,
            "method": "GET" if scope["method"] == "HEAD" else scope["method"],
        }
        told: dict[str, Any] = {"status": None, "bytes_in": 0, "bytes_out": 0}

        async def counting_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                told["bytes_in"] += len(message.get("body", b""))
            return message

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                headers = with_security([*message.get("headers", []), (HEADER, known_as.encode("ascii"))])
                message = {**message, "headers": headers}
            elif message["type"] == "http.response.body":
                if scope["method"] == "HEAD":
                    message = {**message, "body": b""}
                told["bytes_out"] += len(message.get("body", b""))
            await send(message)

        with bound_contextvars(request_id=known_as):
            try:
                await self._app(inner, counting_receive, counting_send)
            except Exception:
                _LOG.exception("a call failed", extra={"method": scope["method"], "path": self._template(inner)})
                if told["status"] is not None:
                    raise  # too late for an answer: the server ends the connection
                await send_problem(counting_send, internal_error())
            finally:
                level = logging.INFO if scope["client"] is not None else logging.DEBUG  # no socket: warming up
                seconds, route = time.perf_counter() - begun, self._template(inner)
                if scope["client"] is not None:
                    count_request(scope["method"], route, told["status"], seconds)
                _LOG.log(
                    level,
                    "request" if told["status"] is not None else "request without an answer: the caller left",
                    extra={
                        "method": scope["method"],
                        "path": route,
                        "caller": _caller(inner),
                        "seconds": round(seconds, 6),
                        **told,
                    },
                )

    def _template(self, scope: Scope) -> str | None:
        """The template of the request's path. It is in the scope if the call was reached."""
        known = getattr(scope.get("route"), "path_format", None)
        return known if known is not None else self._calls.template(scope["path"])


def _caller(scope: Scope) -> str | None:
    caller = scope.get("caller")
    return None if caller is None or not caller.id else str(caller.id)
