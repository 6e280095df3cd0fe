"""The problems that a service answers with, as exceptions.

ApiProblem
├── BadManifest        bad-manifest, not-json: `problems` has every fault
├── BadRequest         every other 4xx: bad-parameter, idempotency-key-reused, takes-too-long, …
│   ├── Unauthorized, Forbidden, NotFound, NotReady, AlreadyFinished
├── QuotaExceeded      429: this key, or the whole service, has reached a cap
├── Unavailable        503: the service is busy, starting, stopping, or without its database
├── ServiceFault       every other 5xx
├── JobFailed          the problem of a job that ended as failed; no answer has it as its status
└── Unreachable        no answer at all
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from warpack.solver.wire.problems import Problem

_PREFIX = "urn:warpack:problem:"


class ApiProblem(Exception):
    """`type` never changes its meaning. `errors` lists the single faults of a manifest or layout. `status` is 0 if
    there was no answer. `retry_after_s` is when to try again, if the service says so."""

    slugs: ClassVar[tuple[str, ...]] = ()
    """The types of problem that become this exception, by the last part of the URN."""

    def __init__(self, status: int, document: Mapping[str, Any], *, retry_after_s: float | None = None) -> None:
        self.status = status
        self.document = dict(document)
        self.type = str(document.get("type", "about:blank"))
        self.errors: list[dict[str, Any]] = list(document.get("errors", []))
        self.retry_after_s = retry_after_s
        super().__init__(str(document.get("detail") or document.get("title") or f"HTTP status {status}"))

    @property
    def slug(self) -> str:
        """The last part of the type."""
        return self.type.removeprefix(_PREFIX)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """`errors` as the solver's own values."""
        return tuple(
            Problem(each["type"], each["pointer"], each["message"], tuple(each["names"])) for each in self.errors
        )


class BadManifest(ApiProblem):
    """The manifest is not JSON, or breaks rules of its format."""

    slugs = ("bad-manifest", "not-json")


class BadRequest(ApiProblem):
    """The request is wrong in another way (4xx)."""

    pass


class Unauthorized(BadRequest):
    """There was no API key, or it is not valid."""

    slugs = ("unauthorized",)


class Forbidden(BadRequest):
    """The key does not have the scope that the call needs."""

    slugs = ("forbidden",)


class NotFound(BadRequest):
    """There is no such job among the key's own."""

    slugs = ("not-found",)


class NotReady(BadRequest):
    """The file is not there, or not yet."""

    slugs = ("not-ready", "no-checked-allocators")


class AlreadyFinished(BadRequest):
    """The job has ended, so it cannot be cancelled."""

    slugs = ("already-finished",)


class QuotaExceeded(ApiProblem):
    """The key, or the service, has reached a cap (429)."""

    pass


class Unavailable(ApiProblem):
    """The service cannot answer now (503)."""

    pass


class ServiceFault(ApiProblem):
    """A fault of the service (other 5xx)."""

    pass


class JobFailed(ApiProblem):
    """The job ended as failed."""

    pass


class Unreachable(ApiProblem):
    """There was no answer."""

    def __init__(self, url: str, why: str) -> None:
        detail = f"The service at {url} cannot be reached: {why or 'the connection broke'}."
        super().__init__(0, {"type": f"{_PREFIX}unreachable", "title": "No answer", "detail": detail})


_BY_SLUG: dict[str, type[ApiProblem]] = {
    slug: kind
    for kind in (BadManifest, Unauthorized, Forbidden, NotFound, NotReady, AlreadyFinished)
    for slug in kind.slugs
}


def problem_of(status: int, document: Mapping[str, Any], *, retry_after_s: float | None = None) -> ApiProblem:
    """The exception for an answer."""
    slug = str(document.get("type", "")).removeprefix(_PREFIX)
    by_status = {429: QuotaExceeded, 503: Unavailable}.get(status, ServiceFault if status >= 500 else BadRequest)
    return _BY_SLUG.get(slug, by_status)(status, document, retry_after_s=retry_after_s)
