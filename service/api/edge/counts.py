"""Figures of the requests that this process answers, for /metrics. A process has one service."""

from __future__ import annotations

from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from warpack.service.problems import ProblemDetails

disable_created_metrics()  # type: ignore[no-untyped-call]  # the package has no type for it

NODE = CollectorRegistry()
ProcessCollector(registry=NODE)

_REQUESTS = Counter(
    "warpack_http_requests",
    "Requests that this process answered. status: 0 if the caller left before an answer. route: none if no call has it.",
    ("method", "route", "status"),
    registry=NODE,
)
_SECONDS = Histogram(
    "warpack_http_request_seconds",
    "Seconds from the head of a request to the last byte of its answer, waiting and event streams included.",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
    registry=NODE,
)
_PROBLEMS = Counter(
    "warpack_http_problems",
    "Requests that this process answered with a problem, by the last part of its type.",
    ("problem", "status"),
    registry=NODE,
)
_WAITING = Gauge(
    "warpack_http_waiting",
    "Calls that wait for the end of a job, or follow its events, in this process.",
    registry=NODE,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, route: str | None, status: int | None, seconds: float) -> None:
    """`route`: the template of the call, None for a path that no call has."""
    named = route or "none"
    _REQUESTS.labels(method if method in _METHODS else "other", named, str(status or 0)).inc()
    _SECONDS.labels(named).observe(seconds)


def count_problem(problem: ProblemDetails) -> None:
    """Counts a problem by its type and status."""
    _PROBLEMS.labels(problem.slug, str(int(problem.status))).inc()


def one_waits() -> AbstractContextManager[object]:
    """Counts one call as waiting, until the block ends."""
    return _WAITING.track_inprogress()
