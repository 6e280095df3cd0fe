"""Whether the process lives, whether it can work, and its metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.calls.health import fault_of
from warpack.service.api.edge.counts import NODE
from warpack.service.api.node.callers import Watcher
from warpack.service.api.node.provided import job_runner_of
from warpack.service.jobs.job_runner import JobRunner

router = APIRouter(tags=["operations"])


@router.get("/livez", summary="The process lives")
async def livez() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz", summary="The database can be read and written, the disk has room")
async def readyz(request: Request, _: Annotated[JobRunner, Depends(job_runner_of)]) -> dict[str, str]:
    fault = await fault_of(request.app.state.settings)
    if fault is not None:
        raise ApiError(fault.problem, fault.headers)
    return {"status": "ready"}


@router.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse)
async def metrics(request: Request, _: Watcher) -> PlainTextResponse:
    """Metrics of this process, and of the whole service as its database has them. If the database does not answer,
    `warpack_store_up` is 0. Needs a key with the scope `admin`, if the service requires keys."""
    of_store = request.app.state.store_metrics
    await of_store.refresh()
    text = generate_latest(NODE) + generate_latest(of_store.registry)
    return PlainTextResponse(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)
