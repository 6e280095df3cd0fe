"""Orders. A posted manifest is answered from the store, or solved by this node at once, or solved by a worker."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from warpack.service.api.answers.hub import Hub
from warpack.service.api.answers.prefer import IdempotencyKey, Prefer, wait_s
from warpack.service.api.answers.rendered import PREFIX, job_of, rendered, wait_for_end
from warpack.service.api.documentation.examples import FINISHED_JOB, MANIFEST_BODY
from warpack.service.api.node.callers import Submitter
from warpack.service.api.node.children import ManifestFacts, children_of, facts_of
from warpack.service.api.node.fast_path import FastPath
from warpack.service.api.node.intake import Intake
from warpack.service.api.node.places import Places
from warpack.service.api.node.provided import (
    fast_path_of,
    hub_of,
    intake_of,
    job_runner_of,
    known_answers_of,
    places_of,
)
from warpack.service.api.node.ready_answers import ReadyAnswer
from warpack.service.api.node.stored import KnownAnswers, body_hash
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.records import Job, Task

router = APIRouter(prefix=PREFIX, tags=["layouts"])


@router.post(
    "",
    status_code=202,
    summary="Ask for a layout",
    description="200: answered from the store. 201: finished while the call waited. 202: in progress, see `Location`.",
    responses=FINISHED_JOB,
    openapi_extra=MANIFEST_BODY,
)
async def post_manifest(
    request: Request,
    runner: Annotated[JobRunner, Depends(job_runner_of)],
    caller: Submitter,
    hub: Annotated[Hub, Depends(hub_of)],
    fast_path: Annotated[FastPath, Depends(fast_path_of)],
    known: Annotated[KnownAnswers, Depends(known_answers_of)],
    intake: Annotated[Intake, Depends(intake_of)],
    places: Annotated[Places, Depends(places_of)],
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    children = children_of(request)
    body = await request.body()
    sha256 = await body_hash(body)
    facts = await facts_of(children, body)
    order = await asyncio.to_thread(intake.order, caller, facts, body.decode(), sha256, idempotency_key)
    limit_s = wait_s(prefer) or 0
    waits = limit_s and (places.free(caller) or not await asyncio.to_thread(intake.is_answered, order))
    with places.one(caller) if waits else nullcontext():
        taken = await asyncio.to_thread(intake.take, order)
        began = time.monotonic()
        if taken.task is not None:
            await _hand_over(runner, fast_path, taken.task, facts, limit_s)
        job = await job_of(runner, caller, taken.job_id)
        status = 200 if taken.task is None else 201
        if not job.finished:
            job = await wait_for_end(runner, hub, job, limit_s - (time.monotonic() - began))
            status = 201 if job.finished else 202
    answer = await rendered(runner, job)
    if job.state == "ready" and idempotency_key is None:
        known.keep(caller, sha256, ReadyAnswer(answer.job_id, answer.body, answer.etag, _may_rise_on(job, facts)))
    return answer.response(prefer, status)


def _may_rise_on(job: Job, facts: ManifestFacts) -> str:
    return facts.compute_capability if job.required == "best" and job.level != "hardware" else ""


async def _hand_over(runner: JobRunner, fast_path: FastPath, task: Task, facts: ManifestFacts, limit_s: float) -> None:
    """Hands the task to a worker, or to this node itself if the caller waits. On this node it returns when the task is
    done, or after `limit_s`."""
    if task.kind == "solve" and facts.validation == "static" and limit_s:
        await asyncio.wait({fast_path.begin(task)}, timeout=limit_s)
    else:
        await asyncio.to_thread(runner.submit, task)
