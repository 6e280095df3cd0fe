"""Reads request bodies: whole, but never more of one than is allowed."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request

from service.api.errors import ApiError
from service.problems import ProblemDetails

MAX_BODY_BYTES = 16 * 1024 * 1024
"""A manifest of 65,536 buffers with long names and parts is about a quarter of this."""


async def read_body(request: Request, what: str) -> bytes:
    """The body. One that is too large is refused as soon as that is known, the rest unread."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise _too_large(what)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large(what)
    return bytes(body)


def _too_large(what: str) -> ApiError:
    problem = ProblemDetails(
        "body-too-large",
        "The body is too large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"A {what} may have at most {MAX_BODY_BYTES} bytes.",
        more={"max_body_bytes": MAX_BODY_BYTES},
    )
    # The rest of the body is never read, so the connection cannot serve another request.
    return ApiError(problem, {"Connection": "close"})
