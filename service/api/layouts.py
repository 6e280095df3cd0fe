"""Layouts as jobs: post a manifest, follow the job, fetch what it made, cancel it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from warpack.gpu_runtime.emitters.targets import TARGETS, Target
from warpack.service.api.at_once import AtOnce
from warpack.service.api.children import SMALL_BYTES, ManifestFacts, as_response, children_of, facts_of
from warpack.service.api.documents import cancelled_text, job_text, summary
from warpack.service.api.errors import ApiError, not_found
from warpack.service.api.examples import (
    CANCELLED,
    FINISHED_JOB,
    JOB,
    JOB_LIST,
    MANIFEST_BODY,
    NORMALISED,
    UNCHANGED,
    text,
)
from warpack.service.api.hub import Hub
from warpack.service.api.ids import JobId, is_id
from warpack.service.api.job_runner import at_once_of, hub_of, job_runner_of
from warpack.service.api.prefer import wait_s
from warpack.service.api.waiting import what_it_waits_for
from warpack.service.jobs.check_tasks import normalise
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails
from warpack.service.store import IdempotencyKeyReused
from warpack.service.store.records import FINAL_STATES, Job, JobState, Order, Taken, Task

router = APIRouter(prefix="/v1/layouts", tags=["layouts"])

InJobRunner = Annotated[JobRunner, Depends(job_runner_of)]
InHub = Annotated[Hub, Depends(hub_of)]
Prefer = Annotated[str | None, Header(description="`wait=N`: wait up to N seconds (60 at most) for the job's end.")]

_PAGE = 50
_LOOK_AGAIN_S = 5.0
"""Should a wake-up be missed all the same."""
_CANCEL_SETTLES_S = 1.5
"""A cancelled solver hands over its best within this, or is killed."""


@router.post(
    "",
    status_code=202,
    summary="Ask for a layout",
    description="201: finished while the call waited. 202: under way, see `Location`. 200: answered from the store.",
    responses=FINISHED_JOB,
    openapi_extra=MANIFEST_BODY,
)
async def post_manifest(
    request: Request,
    runner: InJobRunner,
    hub: InHub,
    at_once: Annotated[AtOnce, Depends(at_once_of)],
    prefer: Prefer = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x20-\x7e]*$",
            description="The same key with the same body gets the same job.",
        ),
    ] = None,
) -> Response:
    children = children_of(request)
    body = await request.body()
    facts = await facts_of(children, body)
    taken = await asyncio.to_thread(_take, runner, facts, body, idempotency_key)
    if taken.task is not None:
        await _hand_over(runner, at_once, taken.task, facts, prefer)
    job = await _job(runner, taken.job_id)
    status = 200 if taken.task is None else 201
    if not job.finished:
        job = await _wait_for_end(runner, hub, job, prefer)
        status = 201 if job.finished else 202
    return await _answer(runner, request, job, prefer, status)


@router.get("", summary="Jobs, newest first", responses=JOB_LIST)
async def list_jobs(
    runner: InJobRunner,
    limit: Annotated[int, Query(ge=1, le=500)] = _PAGE,
    cursor: Annotated[
        str | None, Query(pattern="^[0-9]{1,18}$", description="`next_cursor` of the page before.")
    ] = None,
    state: Annotated[JobState | None, Query(description="Only jobs in this state.")] = None,
) -> Response:
    before = None if cursor is None else int(cursor)
    found = await asyncio.to_thread(runner.store.jobs.newest, limit + 1, before=before, state=state)
    workers = await asyncio.to_thread(runner.workers)
    page = found[:limit]
    document = {
        "layouts": [summary(job, what_it_waits_for(job, workers)) for job in page],
        "next_cursor": str(page[-1].seq) if len(found) > limit else None,
    }
    return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")


@router.get("/{job_id}", summary="A job, with its layout once that is ready", responses=JOB | UNCHANGED)
async def get_job(
    job_id: JobId,
    request: Request,
    runner: InJobRunner,
    hub: InHub,
    prefer: Prefer = None,
    if_none_match: Annotated[
        str | None, Header(description="The ETag of an earlier answer: 304 if it is still so.")
    ] = None,
) -> Response:
    job = await _wait_for_end(runner, hub, await _job(runner, job_id), prefer)
    return await _answer(runner, request, job, prefer, 200, if_none_match)


@router.delete("/{job_id}", summary="Cancel a job; answers with the best layout so far", responses=CANCELLED)
async def cancel_job(job_id: JobId, runner: InJobRunner, hub: InHub) -> Response:
    before = await _job(runner, job_id)
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
            return (await _job(runner, job_id)).best_so_far is not None

        await _until(hub, job, best_is_there, _CANCEL_SETTLES_S)
        job = await _job(runner, job_id)
    return Response(cancelled_text(job), media_type="application/json")


@router.get("/{job_id}/manifest", summary="The manifest, with every default filled in", responses=NORMALISED)
async def get_manifest(job_id: JobId, request: Request, runner: InJobRunner) -> Response:
    job = await _job(runner, job_id)
    stored = await asyncio.to_thread(runner.store.jobs.manifest, job_id)
    if stored is None:
        raise not_found(job_id)
    document, time_limit_s = stored
    of_job = {"manifest": document, "name": job.name, "time_limit_s": time_limit_s, "validation": job.required}
    body = (await asyncio.to_thread(json.dumps, of_job)).encode()
    quick = len(document) <= SMALL_BYTES
    return as_response(await children_of(request).reply(normalise, body, quick=quick, else_do="Try again later."))


def _serve(target: Target) -> None:
    """The call that hands out the text of a target's allocators."""

    @router.get(
        f"/{{job_id}}/{target.file}",
        summary=f"The allocators, as {target.what}",
        name=f"get_{target.file}",
        responses=text(target.media_type),
        response_class=Response,
    )
    async def get_allocators(job_id: JobId, runner: InJobRunner) -> Response:
        content = await _allocators(runner, job_id, target.file)
        return Response(content, media_type=f"{target.media_type}; charset=utf-8")


for _target in TARGETS.values():
    _serve(_target)


async def _allocators(runner: JobRunner, job_id: str, name: str) -> str:
    job = await _job(runner, job_id)
    content = None
    if job.state == "ready":
        content = await asyncio.to_thread(runner.store.jobs.artefact, job_id, name)
    if content is not None:
        return content
    detail = f"The job is {job.state}; allocators are handed out once it is ready."
    if job.state == "ready":
        detail = f"This layout was validated before {name} was made. Ask for it at a higher level to have it made anew."
    raise ApiError(ProblemDetails("not-ready", "There are no allocators", HTTPStatus.CONFLICT, detail))


def _take(runner: JobRunner, manifest: ManifestFacts, body: bytes, idempotency_key: str | None) -> Taken:
    order = Order(
        name=manifest.name,
        manifest_sha256=manifest.sha256,
        document=body.decode(),
        required=manifest.validation,
        time_limit_s=manifest.time_limit_s,
        idempotency_key=idempotency_key,
        request_sha256=hashlib.sha256(body).hexdigest(),
        compute_capability=manifest.compute_capability,
        buffers=manifest.buffers,
        best_level=runner.best_level(manifest.compute_capability) if manifest.validation == "best" else "simulated",
    )
    try:
        taken = runner.store.jobs.take(order)
    except IdempotencyKeyReused:
        raise ApiError(
            ProblemDetails(
                "idempotency-key-reused",
                "The Idempotency-Key came with another body before",
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"Use a new key for a new request; {idempotency_key!r} belongs to an earlier one.",
            )
        ) from None
    return taken


async def _hand_over(runner: JobRunner, at_once: AtOnce, task: Task, facts: ManifestFacts, prefer: str | None) -> None:
    """To a worker, or to this node itself: then return when it is done, or the caller has waited long enough."""
    limit_s = wait_s(prefer)
    if task.kind == "solve" and facts.validation == "static" and limit_s:
        await asyncio.wait({at_once.begin(task)}, timeout=limit_s)
    else:
        await asyncio.to_thread(runner.submit, task)


async def _job(runner: JobRunner, job_id: str) -> Job:
    if not is_id(job_id):
        raise not_found(job_id)
    job = await asyncio.to_thread(runner.store.jobs.get, job_id)
    if job is None:
        raise not_found(job_id)
    return job


async def _wait_for_end(runner: JobRunner, hub: Hub, job: Job, prefer: str | None) -> Job:
    """The job at its end; or as it is once the caller has waited long enough, or the service stops."""
    limit_s = wait_s(prefer)
    if job.finished or not limit_s:
        return job

    async def finished() -> bool:
        return await asyncio.to_thread(runner.store.jobs.state, job.id) in FINAL_STATES

    await _until(hub, job, finished, limit_s)
    return await _job(runner, job.id)


async def _until(hub: Hub, job: Job, true: Callable[[], Awaitable[bool]], limit_s: float) -> None:
    """Return once something that happened to the job has made it true, or after `limit_s`."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + limit_s
    async with hub.watching(job.solve_id) as watch:
        while not await true() and not hub.closed and clock.time() < deadline:
            await watch.next(min(deadline - clock.time(), _LOOK_AGAIN_S))


async def _answer(
    runner: JobRunner, request: Request, job: Job, prefer: str | None, status: int, if_none_match: str | None = None
) -> Response:
    workers = () if job.finished else await asyncio.to_thread(runner.workers)
    text = job_text(job, what_it_waits_for(job, workers))
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Location": f"{router.prefix}/{job.id}", "Vary": "Prefer"}
    granted = wait_s(prefer)
    if granted is not None:
        headers["Preference-Applied"] = f"wait={granted}"
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if known & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(text, status_code=status, media_type="application/json", headers=headers)
