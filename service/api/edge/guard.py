"""Refuses requests for other hosts, from pages of other sites, with bodies that are not JSON, or with control
characters."""

from __future__ import annotations

import re
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from warpack.service.api.edge.answers import header, send_problem
from warpack.service.api.edge.calls import PROBES, Calls
from warpack.service.api.edge.hosts import Hosts
from warpack.service.api.edge.json_only import JSON, media_type_fault
from warpack.service.api.edge.own_pages import cross_site_fault
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x1f\x7f]")
_ENCODED_CONTROL = re.compile(rb"%(?:[01][0-9A-Fa-f]|7[Ff])|[\x00-\x1f\x7f]")


class Guard:
    """ASGI middleware that answers such requests with a problem."""

    def __init__(self, app: ASGIApp, settings: Settings, calls: Calls) -> None:
        self._app = app
        self._calls = calls
        self._hosts = Hosts(settings.host, settings.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        host = header(headers, b"host")
        unnamed = host is None and scope["path"] in PROBES  # load balancers probe by HTTP/1.0, which has no Host
        fault = (
            (None if unnamed else self._hosts.fault(host))
            or control_character_fault(scope)
            or cross_site_fault(scope["method"], headers)
        )
        if fault is None and scope["method"] == "POST" and "POST" in self._calls.methods(scope["path"]):
            fault = media_type_fault(headers)
        if fault is None:
            await self._app(scope, receive, send)
            return
        asked = {"Accept-Post": JSON} if fault.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE else {}
        await send_problem(send, fault, asked)


def control_character_fault(scope: Scope) -> ProblemDetails | None:
    """The fault of a request with control characters in its path, query or fields. They mean nothing there, and some
    databases refuse them."""
    if _CONTROL_IN_TEXT.search(scope["path"]):
        where = "path"
    elif _ENCODED_CONTROL.search(scope["query_string"]):
        where = "query"
    elif any(_CONTROL.search(value) for _, value in scope["headers"]):
        where = "header fields"
    else:
        return None
    return ProblemDetails(
        "control-character",
        "A control character is not allowed here",
        HTTPStatus.BAD_REQUEST,
        f"The request's {where} must not contain control characters.",
    )
