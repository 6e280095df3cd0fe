"""Refuses requests that a browser sends for a page of another site."""

from __future__ import annotations

from http import HTTPStatus

from warpack.service.api.edge.answers import header
from warpack.service.problems import ProblemDetails

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({b"same-origin", b"none"})


def cross_site_fault(method: str, headers: list[tuple[bytes, bytes]]) -> ProblemDetails | None:
    """The fault of a request that another site's page made. Programs send neither field. Reads are allowed, because
    without CORS the page cannot see the answer."""
    if method in _READS:
        return None
    site, origin = header(headers, b"sec-fetch-site"), header(headers, b"origin")
    if (site is None or site in _OWN) and (origin is None or _is_own(origin, header(headers, b"host") or b"")):
        return None
    return ProblemDetails(
        "cross-site",
        "The request comes from another site",
        HTTPStatus.FORBIDDEN,
        "The browser says that a page of another origin sent this request. Only this service's own pages may send it.",
    )


def _is_own(origin: bytes, host: bytes) -> bool:
    return origin.lower() in (b"http://" + host.lower(), b"https://" + host.lower())
