"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from warpack.service.api.errors import ApiError
from warpack.service.api.health import fault_of
from warpack.service.api.job_runner import job_runner_of
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
