"""The child processes of the API. They read all documents of callers, because one of a few kilobytes may take minutes.

There are several sets of children, so that small documents never wait for large ones.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from warpack.service.api.answers.errors import AnsweredByChild, ApiError
from warpack.service.jobs.child_tasks.checks import Reply, read
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.orders import Limits, Task
from warpack.service.jobs.children.outcome import Outcome
from warpack.service.jobs.children.warm import TooManyWaiting, WarmChildren
from warpack.service.problems import ProblemDetails, internal_error
from warpack.service.settings import Settings

_LOG = logging.getLogger("warpack.api")

SMALL_BYTES = 64 * 1024
"""The largest body that the quick set reads: about 1,000 buffers. It takes 20 ms, unless it was made to take long."""

_QUICK, _SLOW = 2, 2
_MOST_WAITING_QUICK, _MOST_WAITING_SLOW = 256, 16
"""Requests that may wait for each set. A request for the slow set may have 16 MiB, which this process holds while it
waits."""

_RETRY_AFTER_S = 5


class ApiChildren:
    """Three sets. `quick` reads small bodies, and does other work of milliseconds. `slow` checks and verifies, and
    reads large bodies. `solving` does one solve at a time for the fast path (`fast_path`)."""

    def __init__(self, settings: Settings) -> None:
        limits = Limits(settings.child_memory_mib)
        self.limit_s = settings.check_limit_s
        self.quick = WarmChildren(SOLVING, size=_QUICK, waiting=_MOST_WAITING_QUICK, limits=limits)
        self.slow = WarmChildren(SOLVING, size=_SLOW, waiting=_MOST_WAITING_SLOW, limits=limits)
        self.solving = WarmChildren(SOLVING, size=1, waiting=0, limits=limits)
        self._memory_mib = limits.memory_mib

    async def prepare(self) -> None:
        """Starts all children. Raises OSError if none can be started."""
        await self.quick.prepare()
        await self.slow.prepare()
        await self.solving.prepare()

    async def close(self) -> None:
        """Kills all children."""
        await self.quick.close()
        await self.slow.close()
        await self.solving.close()

    async def reply(self, do: Task, body: bytes, *, quick: bool, else_do: str) -> Reply:
        """What a task of `jobs.child_tasks` answers. Raises ApiError if it takes too much time or memory (`else_do`
        then tells the caller what to do instead), if too many requests wait, or if the child was killed."""
        children = self.quick if quick else self.slow
        try:
            outcome = await children.ask(do, body, self.limit_s)
            if outcome.ended == "killed":  # perhaps others had taken the memory: try once more
                outcome = await children.ask(do, body, self.limit_s)
        except TooManyWaiting:
            raise _unavailable("busy", "Too many requests are waiting", "Try again in a moment.") from None
        if outcome.ended == "answered" and outcome.answer is not None:
            return Reply.from_bytes(outcome.answer)
        raise self._refusal(outcome, else_do)

    def _refusal(self, outcome: Outcome, else_do: str) -> ApiError:
        match outcome.ended:
            case "overdue":
                why = f"It was not done within {self.limit_s:g} s, the time limit of this call."
                return _too_much("takes-too-long", "This takes too long", f"{why} {else_do}")
            case "over-memory":
                why = f"It needed more than {self._memory_mib} MiB, the memory limit of this call."
                return _too_much("needs-too-much-memory", "This needs too much memory", f"{why} {else_do}")
            case "killed":
                return _unavailable(
                    "child-lost", "The process that worked on this was killed", "Try again in a moment."
                )
            case _:
                _LOG.error("a child %s: %s", outcome.ended, outcome.last_lines)
                return ApiError(internal_error())


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """What an order needs to know of its manifest."""

    name: str
    sha256: str
    validation: str
    time_limit_s: float
    compute_capability: str
    buffers: int


def children_of(request: Request) -> ApiChildren:
    """Raises problem `unavailable` (503) while the service starts or stops."""
    children = getattr(request.app.state, "children", None)
    if not isinstance(children, ApiChildren):
        raise _unavailable("unavailable", "The service is not ready", "It is starting or stopping.")
    return children


async def facts_of(children: ApiChildren, body: bytes) -> ManifestFacts:
    """The facts of a manifest as it was posted. Raises AnsweredByChild with every fault of a bad manifest, and what
    `reply` raises."""
    reply = await children.reply(
        read,
        body,
        quick=len(body) <= SMALL_BYTES,
        else_do="Make the manifest smaller: fewer buffers, phases, or calls of components.",
    )
    if reply.status != HTTPStatus.OK:
        raise AnsweredByChild(as_response(reply))
    found: dict[str, Any] = json.loads(reply.body)  # a few fields, of which a name is the longest
    return ManifestFacts(**found)


def as_response(reply: Reply) -> Response:
    """A child's reply as the answer of a call."""
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type)


def _too_much(slug: str, title: str, detail: str) -> ApiError:
    return ApiError(ProblemDetails(slug, title, HTTPStatus.UNPROCESSABLE_ENTITY, detail))


def _unavailable(slug: str, title: str, detail: str) -> ApiError:
    problem = ProblemDetails(slug, title, HTTPStatus.SERVICE_UNAVAILABLE, detail)
    return ApiError(problem, {"Retry-After": str(_RETRY_AFTER_S)})
