"""HTTP/1.1 on a socket: uvicorn's own protocol, with limits of time and number, and its errors as problems.

A connection is *waiting* while it has no request in progress: before the head of its first request is whole, and
between requests. If there are too many connections, the one that has waited longest is ended to make room for a new
one. So half-open connections keep nobody out, however many there are.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from warpack.service.api.edge.answers import encoded
from warpack.service.api.edge.counts import count_problem
from warpack.service.api.edge.request_ids import HEADER, request_id
from warpack.service.api.edge.security_headers import with_security
from warpack.service.problems import MEDIA_TYPE, ProblemDetails

_LOG = logging.getLogger("warpack.http")

_LINGER_S = 1.0
_STUCK_ANSWER_S = 30.0
"""A connection is ended if its caller reads nothing of the answer for so long."""


@dataclass
class Connections:
    """What the connections of one server share."""

    most: int
    header_limit_s: float
    waiting: dict[HttpProtocol, None] = field(default_factory=dict)
    """In the order in which they began to wait."""


class HttpProtocol(H11Protocol):
    """One connection. It is ended if a head or the reading of an answer takes too long."""

    def __init__(self, *arguments: Any, connections_shared: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._shared = connections_shared
        self._head_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        if len(self.connections) > self._shared.most and not self._make_room():
            self._end()
            return
        self._wait()
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_answer_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return  # after a refusal, further bytes are dropped until the connection ends
        if self in self._shared.waiting:
            self._begin_head()
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        if not self.transport.is_closing():
            self._wait()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        error = sys.exc_info()[1]
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(_not_http(HTTPStatus(hint), str(error or msg)))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_answer(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_answer_timer()

    def _unsupported_upgrade_warning(self) -> None:
        """A request to upgrade to another protocol is ignored, as HTTP allows; no warning is needed."""

    def _wait(self) -> None:
        self._shared.waiting.pop(self, None)
        self._shared.waiting[self] = None

    def _begin_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self._shared.header_limit_s, self._head_overdue)

    def _stop_waiting(self) -> None:
        self._shared.waiting.pop(self, None)
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_overdue(self) -> None:
        self._head_timer = None
        if not self.conn.trailing_data[0]:
            self._end()  # nothing was sent, so nobody waits for an answer
            return
        detail = f"The head of a request must be whole within {self._shared.header_limit_s:g} s."
        self._refuse(
            ProblemDetails("request-timeout", "The request was not sent in time", HTTPStatus.REQUEST_TIMEOUT, detail)
        )

    def _make_room(self) -> bool:
        """Ends the connection that has waited longest. False if none waits."""
        oldest = next(iter(self._shared.waiting), None)
        if oldest is None:
            _LOG.warning("a connection was refused: all are busy", extra={"connections": self._shared.most})
            return False
        oldest._end()
        return True

    def _end(self) -> None:
        self._stop_waiting()
        self.connections.discard(self)
        self.transport.abort()

    def _refuse(self, problem: ProblemDetails) -> None:
        """Answers with this problem, and ends the connection."""
        self._stop_waiting()
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # the body broke off, so its call ends
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self._end()
                return
        body = problem.to_text().encode()
        count_problem(problem)
        known_as = request_id(None)
        fields = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
        headers = with_security([*encoded(fields), (HEADER, known_as.encode("ascii"))])
        reason = problem.status.phrase.encode("ascii")
        for event in (
            h11.Response(status_code=problem.status, headers=headers, reason=reason),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        told = {"request_id": known_as, "status": int(problem.status), "problem": problem.slug}
        _LOG.info("request refused", extra=told)
        self.flow.resume_reading()
        try:
            self.transport.write_eof()  # an immediate close could lose the answer
        except OSError:
            self._end()  # the caller has gone
            return
        self.loop.call_later(_LINGER_S, self.transport.close)

    def _watch_answer(self, left_bytes: int) -> None:
        self._answer_timer = self.loop.call_later(_STUCK_ANSWER_S, self._answer_overdue, left_bytes)

    def _answer_overdue(self, left_bytes: int) -> None:
        now_bytes = self.transport.get_write_buffer_size()
        if now_bytes < left_bytes:
            self._watch_answer(now_bytes)
        else:
            _LOG.info("a caller takes nothing of its answer", extra={"left_bytes": now_bytes})
            self._end()

    def _stop_answer_timer(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None


def _not_http(status: HTTPStatus, why: str) -> ProblemDetails:
    slug = "head-too-large" if status == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE else "not-http"
    return ProblemDetails(slug, "The request is not HTTP", status, f"This is not a request of HTTP/1.1: {why}.")
