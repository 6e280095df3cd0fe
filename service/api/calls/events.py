"""The events of a job, as server-sent events. Any node resumes a stream by `Last-Event-ID`. A stream ends with its
job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from warpack.service.api.answers.hub import LOOK_AGAIN_S, Hub
from warpack.service.api.answers.ids import JobId
from warpack.service.api.answers.rendered import PREFIX, job_of
from warpack.service.api.node.callers import Reader
from warpack.service.api.node.places import Places
from warpack.service.api.node.provided import hub_of, job_runner_of, places_of
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.events import Event
from warpack.service.store.records import Job

router = APIRouter(prefix=PREFIX, tags=["layouts"])


async def _known_job(job_id: JobId, runner: Annotated[JobRunner, Depends(job_runner_of)], caller: Reader) -> Job:
    """Finds the job before the stream begins: an unknown id gets an error answer, not a broken stream."""
    return await job_of(runner, caller, job_id)


async def _place(places: Annotated[Places, Depends(places_of)], caller: Reader) -> AsyncIterator[None]:
    """A place, held until the stream has ended."""
    with places.one(caller):
        yield


@router.get(
    "/{job_id}/events",
    summary="The events of a job, as server-sent events",
    description="Every change of state, and each better packing with its bound while the solver works. The stream ends with the job. "
    "With `Last-Event-ID` the stream goes on after that event, on any node and after a restart.",
    response_class=EventSourceResponse,
    dependencies=[Depends(_place)],
)
async def get_events(
    job: Annotated[Job, Depends(_known_job)],
    runner: Annotated[JobRunner, Depends(job_runner_of)],
    hub: Annotated[Hub, Depends(hub_of)],
    last_event_id: Annotated[
        str | None, Header(pattern="^[0-9]{1,18}$", description="The id of the last event that was seen.")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    last = int(last_event_id or 0)
    async with hub.watching(job.solve_id) as watch:
        while True:
            # The job is read first. Events read after it are at least as new, so no event of a finished job is missed.
            now = await asyncio.to_thread(runner.store.jobs.get, job.id)
            if now is None:
                return
            found = await asyncio.to_thread(
                runner.store.events.of_order, now.id, now.solve_id, now.validation_id, after=last
            )
            for event in found:
                last = event.id
                yield ServerSentEvent(data=_document(event, now), event=event.kind, id=str(event.id))
            if now.finished or hub.closed:
                return
            await watch.next(LOOK_AGAIN_S)


def _document(event: Event, job: Job) -> dict[str, Any]:
    return {"job": job.id, "at": event.at, **event.document}
