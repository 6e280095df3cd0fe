"""Bodies must be JSON, and their Content-Type must say so. A web page of any site can send bodies of some other types
without a preflight request."""

from __future__ import annotations

import re
from http import HTTPStatus

from warpack.service.api.edge.answers import header
from warpack.service.problems import ProblemDetails

JSON = "application/json"

_JSON_UTF8 = re.compile(rb'application/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?', re.IGNORECASE)


def media_type_fault(headers: list[tuple[bytes, bytes]]) -> ProblemDetails | None:
    """What is wrong with a request's Content-Type or Content-Encoding; None if nothing is."""
    coding = header(headers, b"content-encoding")
    if coding is not None and coding.strip().lower() not in (b"", b"identity"):
        return _unsupported("A body must have no Content-Encoding.")
    given = header(headers, b"content-type")
    if given is not None and _JSON_UTF8.fullmatch(given.strip()):
        return None
    shown = "not given" if given is None else "not that"
    return _unsupported(
        f"The body must be JSON in UTF-8, with the field Content-Type: {JSON}. Here the field is {shown}. With curl: "
        f"-H 'content-type: {JSON}'."
    )


def _unsupported(detail: str) -> ProblemDetails:
    return ProblemDetails("unsupported-media-type", "Only JSON is accepted", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
