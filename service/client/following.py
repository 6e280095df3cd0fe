"""Calls that give many values, one after another: the events of a job, the jobs of a list.

They are generators as in `attempts`. They also yield `Open` for an answer that comes in pieces, `Next` for its next
event, and `Give` with each value for the caller.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from warpack.service.client.attempts import Answer, Lost, Pause, Request, may_pass, pause_s, refused
from warpack.service.client.calls import Calls
from warpack.service.client.problems import ApiProblem, Unreachable
from warpack.service.client.values import Event, Job

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Open:
    """Begins to read a stream of events. It is answered with `Opened`, or with what came instead of a stream."""

    request: Request


@dataclass(frozen=True, slots=True)
class Opened:
    """The stream of events is open."""

    pass


@dataclass(frozen=True, slots=True)
class Next:
    """Asks for the next event of the stream that was opened last: an `Event`, None at its end, or `Lost`."""


@dataclass(frozen=True, slots=True)
class Give(Generic[Value]):
    """A value for the caller."""

    value: Value


Effect = Request | Pause | Open | Next | Give[Value]
Found = Answer | Lost | Opened | Event | None
Stream = Generator[Effect[Value], Found, None]

_QUIET_S = 60.0
"""An open stream is never silent for so long, because the service sends something several times within it."""


class Following(Calls):
    """Each call raises ApiProblem if the service refuses it."""

    def events(self, job_id: str, *, after: int = 0) -> Stream[Event]:
        """The events of a job after the one with the id `after`, until the job is finished. Each event comes once, even
        if connections break."""
        tried, problem = 0, None
        while True:
            found = yield Open(self._events_after(job_id, after))
            while isinstance(found, Opened | Event):
                if isinstance(found, Event):
                    after, tried = found.id, 0
                    yield Give(found)
                found = yield Next()
            if found is None:
                job = yield from self.get(job_id)  # the stream ended: the job has ended, or the node has
                if job.finished:
                    return
            problem = self._problem_of(found)
            if problem is not None and (tried >= self.retries or not may_pass(problem)):
                raise problem
            yield Pause(pause_s(min(tried, 4), None if problem is None else problem.retry_after_s))
            tried += 1

    def follow(self, job: Mapping[str, Any], wait_s: int = 10) -> Stream[Job]:
        """The job each time its state has changed, until it is finished. Asks at least every `wait_s` seconds."""
        seen = Job(job)
        yield Give(seen)
        while not seen.finished:
            found = yield from self.get(seen.id, wait_s)
            if found.state != seen.state:
                yield Give(found)
            seen = found

    def jobs(
        self, *, state: str | Iterable[str] | None = None, name: str | None = None, manifest_sha256: str | None = None
    ) -> Stream[Job]:
        """All jobs, newest first, without their layouts."""
        states = (state,) if isinstance(state, str) else tuple(state or ())
        cursor = None
        while True:
            page = yield from self.list(
                limit=500, cursor=cursor, state=states, name=name, manifest_sha256=manifest_sha256
            )
            for job in page.jobs:
                yield Give(job)
            cursor = page.next_cursor
            if cursor is None:
                return

    def _events_after(self, job_id: str, after: int) -> Request:
        headers = {"Last-Event-ID": str(after)} if after else {}
        return Request("GET", f"/v1/layouts/{quote(job_id, safe='')}/events", None, headers, _QUIET_S)

    def _problem_of(self, found: Answer | Lost | None) -> ApiProblem | None:
        if isinstance(found, Lost):
            return Unreachable(self.url, found.why)
        return None if found is None else refused(found)
