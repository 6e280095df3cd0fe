"""Refuses what another site's page has a browser send: this service has no business with other sites' pages."""

from __future__ import annotations

from http import HTTPStatus

from warpack.service.api.edge.answers import header
from warpack.service.problems import ProblemDetails

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({b"same-origin", b"none"})


def cross_site_fault(method: str, headers: list[tuple[bytes, bytes]]) -> ProblemDetails | None:
    """Programs send neither field. Reads are let through: without CORS, the page that asked cannot see the answer."""
    if method in _READS:
        return None
    site, origin = header(headers, b"sec-fetch-site"), header(headers, b"origin")
    if (site is None or site in _OWN) and (origin is None or _is_own(origin, header(headers, b"host") or b"")):
        return None
    return ProblemDetails(
        "cross-site",
        "The request comes from another site",
        HTTPStatus.FORBIDDEN,
        "A browser says that a page of another origin sent this request. Only this service's own pages may.",
    )


def _is_own(origin: bytes, host: bytes) -> bool:
    return origin.lower() in (b"http://" + host.lower(), b"https://" + host.lower())
