"""The files of a job: its manifest with every default, the allocators, a picture, and an archive of all of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from warpack.service.api.answers.errors import AnsweredByChild, ApiError, not_found
from warpack.service.api.answers.files import FILES, JobFile
from warpack.service.api.answers.ids import JobId
from warpack.service.api.answers.rendered import PREFIX, IfNoneMatch, job_of, tagged
from warpack.service.api.documentation.charts import CHART
from warpack.service.api.documentation.examples import NORMALISED, UNCHANGED, content_of
from warpack.service.api.node.callers import Reader
from warpack.service.api.node.children import SMALL_BYTES, as_response, children_of
from warpack.service.api.node.provided import job_runner_of
from warpack.service.jobs.child_tasks.artefacts import chart, picture
from warpack.service.jobs.child_tasks.checks import normalise
from warpack.service.jobs.children.orders import Task
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.views import NARROWEST, WIDEST, View
from warpack.service.store.records import Job

router = APIRouter(prefix=PREFIX, tags=["layouts"])

Call = TypeVar("Call", bound=Callable[..., Coroutine[Any, Any, Response]])

InJobRunner = Annotated[JobRunner, Depends(job_runner_of)]


@router.get(
    "/{job_id}/manifest", summary="The manifest, with every default filled in", responses=NORMALISED | UNCHANGED
)
async def get_manifest(
    job_id: JobId, request: Request, runner: InJobRunner, caller: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    job = await job_of(runner, caller, job_id)
    body = await _of_child(request, runner, job, normalise, {})
    return tagged(body, "application/json", if_none_match)


@router.get("/{job_id}/chart", summary="What is live when, and where", responses=CHART | UNCHANGED)
async def get_chart(
    job_id: JobId, request: Request, runner: InJobRunner, caller: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """Phases are counted with every call expanded. A piece is a buffer, or a part of one. Its `stretches` are
    `[first phase, phase after the last, state]`: `stated` phases, and those in which contents are `carried` to be found
    again, kept `between` a write and a read, or in which others may still access them until a barrier (`waiting`). The
    reason stands last. `advice`, `compared` and `validation` are the layout's in words."""
    job = await job_of(runner, caller, job_id)
    if job.pictured is None:
        raise _not_ready(job, "the chart")
    body = await _of_child(request, runner, job, chart, {"layout": job.pictured, "artefacts": {}})
    return tagged(body, "application/json", if_none_match)


def _call_for(file: JobFile) -> Callable[[Call], Call]:
    """Makes a function the call for the file."""
    return router.get(
        f"/{{job_id}}/{file.name}",
        summary=file.what,
        name=f"get_{file.name}",
        responses=content_of(file.media_type) | UNCHANGED,
        response_class=Response,
    )


def _serve(file: JobFile) -> None:
    """The call that hands out a file."""

    @_call_for(file)
    async def get_file(
        job_id: JobId, request: Request, runner: InJobRunner, caller: Reader, if_none_match: IfNoneMatch = None
    ) -> Response:
        return await _handed_out(file, request, runner, await job_of(runner, caller, job_id), if_none_match)


def _serve_picture(file: JobFile) -> None:
    """The call that hands out the pictures."""

    @_call_for(file)
    async def get_picture(
        job_id: JobId,
        request: Request,
        runner: InJobRunner,
        caller: Reader,
        if_none_match: IfNoneMatch = None,
        view: Annotated[View, Query(description="What the picture shows.")] = "map",
        theme: Annotated[Theme, Query(description="For light or dark pages, or as the reader's page is.")] = "auto",
        width: Annotated[
            int | None,
            Query(
                ge=NARROWEST, le=WIDEST, description="Pixels; without it as wide as a page. A card has its own size."
            ),
        ] = None,
    ) -> Response:
        """The same picture as `warpack draw` makes."""
        job = await job_of(runner, caller, job_id)
        asked = {"view": view, "theme": theme, "width": width}
        return await _handed_out(file, request, runner, job, if_none_match, asked)


async def _handed_out(
    file: JobFile,
    request: Request,
    runner: JobRunner,
    job: Job,
    if_none_match: str | None,
    asked: Mapping[str, str | int | None] = MappingProxyType({}),
) -> Response:
    """The file of a job. `asked`: what its maker is told of the caller's wishes. Raises problem `not-ready`."""
    stored = await asyncio.to_thread(runner.store.jobs.artefacts, job.id) if job.state == "ready" else {}
    layout = job.pictured if file.of_best else job.layout
    if layout is None or (file.make is None and file.name not in stored):
        raise _not_ready(job, file.name)
    if file.make is None:
        body = stored[file.name].encode()
    else:
        body = await _of_child(request, runner, job, file.make, {"layout": layout, "artefacts": stored, **asked})
    if file.media_type == "application/zip":
        name = {"Content-Disposition": f'attachment; filename="warpack-{job.id}.zip"'}
        return tagged(body, file.media_type, if_none_match, name)
    return tagged(body, f"{file.media_type}; charset=utf-8", if_none_match)


for _file in FILES:
    if _file.make is picture:
        _serve_picture(_file)
    else:
        _serve(_file)


async def _of_child(request: Request, runner: JobRunner, job: Job, make: Task, more: dict[str, object]) -> bytes:
    """The file that a child makes of the job. Raises AnsweredByChild with the child's problem, if there is one."""
    stored = await asyncio.to_thread(runner.store.jobs.manifest, job.id)
    if stored is None:
        raise not_found(job.id)
    document, time_limit_s = stored
    of_job = {"manifest": document, "name": job.name, "time_limit_s": time_limit_s, "validation": job.required, **more}
    body = (await asyncio.to_thread(json.dumps, of_job)).encode()
    quick = len(document) <= SMALL_BYTES
    reply = await children_of(request).reply(make, body, quick=quick, else_do="Make it on any machine: warpack solve.")
    if reply.status != HTTPStatus.OK:
        raise AnsweredByChild(as_response(reply))
    return reply.body


def _not_ready(job: Job, name: str) -> ApiError:
    detail = f"The job is {job.state}; {name} is handed out once it is ready."
    if job.state == "cancelled":
        detail = f"The job was cancelled before it was ready: {name} was never made."
    if job.state == "ready":
        detail = (
            f"This layout was validated before {name} was made, or is a pool, which has none: its offsets stand in the "
            "layout. Ask for a block's layout at a higher level to have the file made anew."
        )
    return ApiError(ProblemDetails("not-ready", "The file is not there", HTTPStatus.CONFLICT, detail))
