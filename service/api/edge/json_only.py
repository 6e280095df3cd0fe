"""Bodies are JSON and say so. Anything else a web page could send from anywhere without asking."""

from __future__ import annotations

import re
from http import HTTPStatus

from warpack.service.api.edge.answers import header
from warpack.service.problems import ProblemDetails

JSON = "application/json"

_JSON_UTF8 = re.compile(rb'application/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?', re.IGNORECASE)


def media_type_fault(headers: list[tuple[bytes, bytes]]) -> ProblemDetails | None:
    """What is wrong with how a request says what its body is."""
    coding = header(headers, b"content-encoding")
    if coding is not None and coding.strip().lower() not in (b"", b"identity"):
        return _unsupported("Bodies are taken as they are, without a Content-Encoding.")
    given = header(headers, b"content-type")
    if given is not None and _JSON_UTF8.fullmatch(given.strip()):
        return None
    shown = "not given" if given is None else "not that"
    return _unsupported(
        f"The body must be JSON in UTF-8 with the field Content-Type: {JSON}, which is {shown} here. With curl: "
        f"-H 'content-type: {JSON}'."
    )


def _unsupported(detail: str) -> ProblemDetails:
    return ProblemDetails("unsupported-media-type", "Only JSON is taken", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
