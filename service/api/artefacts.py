"""What a job made: its manifest with every default, and the allocators."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from warpack.gpu_runtime.emitters.targets import TARGETS, Target
from warpack.service.api.answers import PREFIX, job_of
from warpack.service.api.callers import Reader
from warpack.service.api.children import SMALL_BYTES, as_response, children_of
from warpack.service.api.edge.keys import Caller
from warpack.service.api.errors import ApiError, not_found
from warpack.service.api.examples import NORMALISED, text
from warpack.service.api.ids import JobId
from warpack.service.api.job_runner import job_runner_of
from warpack.service.jobs.check_tasks import normalise
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails

router = APIRouter(prefix=PREFIX, tags=["layouts"])

InJobRunner = Annotated[JobRunner, Depends(job_runner_of)]


@router.get("/{job_id}/manifest", summary="The manifest, with every default filled in", responses=NORMALISED)
async def get_manifest(job_id: JobId, request: Request, runner: InJobRunner, caller: Reader) -> Response:
    job = await job_of(runner, caller, job_id)
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
    async def get_allocators(job_id: JobId, runner: InJobRunner, caller: Reader) -> Response:
        content = await _allocators(runner, caller, job_id, target.file)
        return Response(content, media_type=f"{target.media_type}; charset=utf-8")


for _target in TARGETS.values():
    _serve(_target)


async def _allocators(runner: JobRunner, caller: Caller, job_id: str, name: str) -> str:
    job = await job_of(runner, caller, job_id)
    content = None
    if job.state == "ready":
        content = await asyncio.to_thread(runner.store.jobs.artefact, job_id, name)
    if content is not None:
        return content
    detail = f"The job is {job.state}; allocators are handed out once it is ready."
    if job.state == "ready":
        detail = f"This layout was validated before {name} was made. Ask for it at a higher level to have it made anew."
    raise ApiError(ProblemDetails("not-ready", "There are no allocators", HTTPStatus.CONFLICT, detail))
