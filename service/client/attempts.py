"""One call, which is tried again if that may help. Both clients share it, because it does no input or output itself.

A call is a generator. It yields a `Request`, and is sent the `Answer` or a `Lost`. It yields a `Pause`, and goes on
after it. So nothing here waits or sends: the loop that drives the generator does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from warpack.service.client.problems import ApiProblem, Unreachable, problem_of

_NETWORK_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 30.0
_TRY_AGAIN = frozenset({429, 502, 503, 504})
"""Statuses after which another try may succeed. 502 and 504 come from proxies."""


@dataclass(frozen=True, slots=True)
class Request:
    """`wait_s`: how long the service may wait before it answers."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0

    @property
    def limit_s(self) -> float:
        """The seconds after which no answer is expected any longer."""
        return self.wait_s + _NETWORK_S


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the service."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON values."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Lost:
    """There was no answer: the connection could not be made, or broke. The service may have done what was asked."""

    why: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait before the next try."""

    seconds: float


Value = TypeVar("Value")
Steps = Generator[Request | Pause, Answer | Lost | None, Value]


@dataclass(frozen=True, slots=True)
class Attempts:
    """`url` is that of the service. `retries` is how often a call is tried again, if it got no answer or was told to
    try later. Every call here may be sent twice, because posts that make a job have an idempotency key."""

    url: str
    retries: int = 6

    def send(self, request: Request) -> Steps[Answer]:
        """Raises ApiProblem."""
        tried = 0
        while True:
            found = yield request
            problem = self._problem(found)
            if problem is None and isinstance(found, Answer):
                return found
            if problem is None:
                raise TypeError("a request must be answered with an Answer or a Lost")
            if tried >= self.retries or not may_pass(problem):
                raise problem
            yield Pause(pause_s(tried, problem.retry_after_s))
            tried += 1

    def _problem(self, found: Answer | Lost | None) -> ApiProblem | None:
        if isinstance(found, Lost):
            return Unreachable(self.url, found.why)
        return None if found is None or found.status < 400 else refused(found)


def may_pass(problem: ApiProblem) -> bool:
    """Whether another try may succeed."""
    return not problem.status or problem.status in _TRY_AGAIN


def refused(answer: Answer) -> ApiProblem:
    """The exception for an answer that is a problem."""
    said = answer.headers.get("retry-after", "")
    document: Any = None
    if "json" in answer.headers.get("content-type", ""):
        document = answer.json()
    if not isinstance(document, dict):
        document = {"detail": answer.body.decode("utf-8", "replace")[:2000]}
    return problem_of(answer.status, document, retry_after_s=float(said) if said.isdigit() else None)


def pause_s(tried: int, retry_after_s: float | None) -> float:
    """The seconds before the next try: those that the service said, else twice as many each time. Chance varies them,
    so that not all callers come back at once."""
    longest: float = min(_FIRST_PAUSE_S * 2**tried, _LONGEST_PAUSE_S)
    by_chance = longest * random.uniform(0.5, 1.0)  # noqa: S311  (no secret)
    return by_chance if retry_after_s is None else min(retry_after_s, _LONGEST_PAUSE_S) + by_chance / 4
