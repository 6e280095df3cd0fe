"""What calls about one job share: they find the job, wait for its end, and answer with it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, Response

from warpack.service.api.answers.documents import job_text
from warpack.service.api.answers.errors import not_found
from warpack.service.api.answers.hub import LOOK_AGAIN_S, Hub
from warpack.service.api.answers.ids import is_id
from warpack.service.api.answers.prefer import wait_s
from warpack.service.api.answers.waiting import what_it_waits_for
from warpack.service.api.edge.keys import Caller
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.records import FINAL_STATES, Job

PREFIX = "/v1/layouts"

IfNoneMatch = Annotated[str | None, Header(description="The ETag of an earlier answer: 304 if it is still so.")]


async def job_of(runner: JobRunner, caller: Caller, job_id: str) -> Job:
    """The job with this id. Raises problem `not-found`, also for another caller's job."""
    if not is_id(job_id):
        raise not_found(job_id)
    job = await asyncio.to_thread(runner.store.jobs.get, job_id)
    if job is None or not caller.may_see(job.caller):
        raise not_found(job_id)
    return job


async def wait_for_end(runner: JobRunner, hub: Hub, job: Job, limit_s: float) -> Job:
    """Waits for the job's end, for `limit_s` at most, or until the service stops. Returns the job as it is then."""
    if job.finished or limit_s <= 0:
        return job

    async def finished() -> bool:
        return await asyncio.to_thread(runner.store.jobs.state, job.id) in FINAL_STATES

    await until(hub, job, finished, limit_s)
    return await asyncio.to_thread(runner.store.jobs.get, job.id) or job


async def until(hub: Hub, job: Job, true: Callable[[], Awaitable[bool]], limit_s: float) -> None:
    """Waits until `true` holds after an event of the job, for `limit_s` at most."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + limit_s
    async with hub.watching(job.solve_id) as watch:
        while not await true() and not hub.closed and clock.time() < deadline:
            await watch.next(min(deadline - clock.time(), LOOK_AGAIN_S))


@dataclass(frozen=True, slots=True)
class Rendered:
    """A job as callers get it. Other bytes have another `etag`."""

    job_id: str
    body: bytes
    etag: str

    def response(self, prefer: str | None, status: int, if_none_match: str | None = None) -> Response:
        """The response, with the ETag and Preference-Applied; 304 if the caller has these bytes."""
        headers = {"ETag": self.etag, "Location": f"{PREFIX}/{self.job_id}", "Vary": "Prefer"}
        granted = wait_s(prefer)
        if granted is not None:
            headers["Preference-Applied"] = f"wait={granted}"
        if _is_known(self.etag, if_none_match):
            return Response(status_code=304, headers=headers)
        return Response(self.body, status_code=status, media_type="application/json", headers=headers)


def etag_of(body: bytes) -> str:
    """The ETag of an answer's bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(
    body: bytes, media_type: str, if_none_match: str | None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer with its ETag, or 304 if the caller has these bytes already."""
    fields = {"ETag": etag_of(body), **(headers or {})}
    if _is_known(fields["ETag"], if_none_match):
        return Response(status_code=304, headers=fields)
    return Response(body, media_type=media_type, headers=fields)


def _is_known(etag: str, if_none_match: str | None) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return bool(known & {etag, "*"})


async def rendered(runner: JobRunner, job: Job) -> Rendered:
    """The job as its caller gets it, made in a thread."""
    return await asyncio.to_thread(_render, runner, job)


def _render(runner: JobRunner, job: Job) -> Rendered:
    body = job_text(job, what_it_waits_for(job, () if job.finished else runner.workers())).encode()
    return Rendered(job.id, body, etag_of(body))
