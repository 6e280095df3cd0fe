"""Layouts as jobs: list jobs, get one, cancel one."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from warpack.service.api.answers.cursors import CURSOR, before_of, cursor_of
from warpack.service.api.answers.documents import job_text, summary
from warpack.service.api.answers.errors import ApiError, not_found
from warpack.service.api.answers.hub import Hub
from warpack.service.api.answers.ids import JobId
from warpack.service.api.answers.prefer import Prefer, wait_s
from warpack.service.api.answers.rendered import PREFIX, IfNoneMatch, job_of, rendered, until, wait_for_end
from warpack.service.api.answers.waiting import what_it_waits_for
from warpack.service.api.documentation.examples import CANCELLED, JOB, JOB_LIST, UNCHANGED
from warpack.service.api.node.callers import Reader, Submitter
from warpack.service.api.node.places import Places
from warpack.service.api.node.provided import hub_of, job_runner_of, places_of
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails
from warpack.service.store.records import JobState

router = APIRouter(prefix=PREFIX, tags=["layouts"])

InJobRunner = Annotated[JobRunner, Depends(job_runner_of)]
InHub = Annotated[Hub, Depends(hub_of)]

_PAGE = 50
_CANCEL_SETTLES_S = 1.5
"""A cancelled solver hands over its best packing within this time, or is killed."""


@router.get("", summary="Jobs, newest first", responses=JOB_LIST)
async def list_jobs(
    runner: InJobRunner,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=500)] = _PAGE,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR, description="`next_cursor` of the page before, with the same filters.")
    ] = None,
    state: Annotated[
        list[JobState] | None, Query(max_length=7, description="Only jobs in one of these states.")
    ] = None,
    name: Annotated[str | None, Query(max_length=1000, description="Only jobs whose manifest has this name.")] = None,
    manifest_sha256: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="Only jobs of this manifest.")
    ] = None,
) -> Response:
    whose = None if "admin" in caller.scopes else caller.id
    filters: dict[str, Any] = {
        "states": sorted(set(state or ())),
        "caller": whose,
        "name": name,
        "manifest_sha256": manifest_sha256,
    }
    before = None if cursor is None else before_of(cursor, filters)
    found = await asyncio.to_thread(partial(runner.store.jobs.newest, limit + 1, before=before, **filters))
    workers = await asyncio.to_thread(runner.workers)
    page = found[:limit]
    document = {
        "layouts": [summary(job, what_it_waits_for(job, workers)) for job in page],
        "next_cursor": cursor_of(page[-1].seq, filters) if len(found) > limit else None,
    }
    return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")


@router.get("/{job_id}", summary="A job, with its layout once that is ready", responses=JOB | UNCHANGED)
async def get_job(
    job_id: JobId,
    runner: InJobRunner,
    caller: Reader,
    hub: InHub,
    places: Annotated[Places, Depends(places_of)],
    prefer: Prefer = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    job = await job_of(runner, caller, job_id)
    limit_s = wait_s(prefer)
    if limit_s and not job.finished:
        with places.one(caller):
            job = await wait_for_end(runner, hub, job, limit_s)
    return (await rendered(runner, job)).response(prefer, 200, if_none_match)


@router.delete("/{job_id}", summary="Cancel a job; answers with the best layout so far", responses=CANCELLED)
async def cancel_job(job_id: JobId, runner: InJobRunner, caller: Submitter, hub: InHub) -> Response:
    before = await job_of(runner, caller, job_id)
    job = await asyncio.to_thread(runner.store.jobs.cancel, job_id)
    if job is None:
        raise not_found(job_id)
    if job.state != "cancelled":
        raise ApiError(
            ProblemDetails(
                "already-finished",
                "The job is finished",
                HTTPStatus.CONFLICT,
                f"The job is {job.state}, so there is nothing to cancel.",
            )
        )
    if before.state == "solving":

        async def best_is_there() -> bool:
            return (await job_of(runner, caller, job_id)).best_so_far is not None

        await until(hub, job, best_is_there, _CANCEL_SETTLES_S)
        job = await job_of(runner, caller, job_id)
    return Response(job_text(job), media_type="application/json")
