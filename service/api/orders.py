"""Orders: a manifest is posted, and answered from what is there, by this node at once, or by a worker."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from warpack.service.api.answers import PREFIX, job_of, rendered, wait_for_end
from warpack.service.api.at_once import AtOnce
from warpack.service.api.callers import Submitter
from warpack.service.api.children import ManifestFacts, children_of, facts_of
from warpack.service.api.edge.keys import Caller
from warpack.service.api.errors import ApiError
from warpack.service.api.examples import FINISHED_JOB, MANIFEST_BODY
from warpack.service.api.hub import Hub
from warpack.service.api.job_runner import at_once_of, hub_of, job_runner_of, known_answers_of
from warpack.service.api.prefer import Prefer, wait_s
from warpack.service.api.ready_answers import ReadyAnswer
from warpack.service.api.stored import KnownAnswers, body_hash
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails
from warpack.service.store import IdempotencyKeyReused
from warpack.service.store.records import Job, Order, Taken, Task

router = APIRouter(prefix=PREFIX, tags=["layouts"])


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
    runner: Annotated[JobRunner, Depends(job_runner_of)],
    caller: Submitter,
    hub: Annotated[Hub, Depends(hub_of)],
    at_once: Annotated[AtOnce, Depends(at_once_of)],
    known: Annotated[KnownAnswers, Depends(known_answers_of)],
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
    sha256 = await body_hash(body)
    facts = await facts_of(children, body)
    taken = await asyncio.to_thread(_take, runner, caller, facts, body, sha256, idempotency_key)
    if taken.task is not None:
        await _hand_over(runner, at_once, taken.task, facts, prefer)
    job = await job_of(runner, caller, taken.job_id)
    status = 200 if taken.task is None else 201
    if not job.finished:
        job = await wait_for_end(runner, hub, job, prefer)
        status = 201 if job.finished else 202
    answer = await rendered(runner, job)
    if job.state == "ready" and idempotency_key is None:
        known.keep(caller, sha256, ReadyAnswer(answer.job_id, answer.body, answer.etag, _may_rise_on(job, facts)))
    return answer.response(prefer, status)


def _may_rise_on(job: Job, facts: ManifestFacts) -> str:
    return facts.compute_capability if job.required == "best" and job.level != "hardware" else ""


def _take(
    runner: JobRunner,
    caller: Caller,
    manifest: ManifestFacts,
    body: bytes,
    sha256: bytes,
    idempotency_key: str | None,
) -> Taken:
    order = Order(
        name=manifest.name,
        manifest_sha256=manifest.sha256,
        document=body.decode(),
        required=manifest.validation,
        time_limit_s=manifest.time_limit_s,
        caller=caller.id,
        idempotency_key=idempotency_key,
        request_sha256=sha256.hex(),
        compute_capability=manifest.compute_capability,
        buffers=manifest.buffers,
        best_level=runner.best_level(manifest.compute_capability) if manifest.validation == "best" else "simulated",
    )
    try:
        return runner.store.jobs.take(order)
    except IdempotencyKeyReused:
        raise ApiError(
            ProblemDetails(
                "idempotency-key-reused",
                "The Idempotency-Key came with another body before",
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"Use a new key for a new request; {idempotency_key!r} belongs to an earlier one.",
            )
        ) from None


async def _hand_over(runner: JobRunner, at_once: AtOnce, task: Task, facts: ManifestFacts, prefer: str | None) -> None:
    """To a worker, or to this node itself: then return when it is done, or the caller has waited long enough."""
    limit_s = wait_s(prefer)
    if task.kind == "solve" and facts.validation == "static" and limit_s:
        await asyncio.wait({at_once.begin(task)}, timeout=limit_s)
    else:
        await asyncio.to_thread(runner.submit, task)
