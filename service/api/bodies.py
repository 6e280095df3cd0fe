"""Reads request bodies: whole, but never more of one than is allowed."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request

from warpack.service.api.errors import ApiError
from warpack.service.problems import ProblemDetails
from warpack.solver.reading.source import MOST_MANIFEST_BYTES
from warpack.solver.wire.problems import Problem

MAX_BODY_BYTES = MOST_MANIFEST_BYTES


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
    detail = f"A {what} may have at most {MAX_BODY_BYTES} bytes."
    problem = ProblemDetails(
        "body-too-large",
        "The body is too large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        detail,
        errors=(Problem("document-too-large", "", detail),),
        more={"max_body_bytes": MAX_BODY_BYTES},
    )
    # The rest of the body is never read, so the connection cannot serve another request.
    return ApiError(problem, {"Connection": "close"})
