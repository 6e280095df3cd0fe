"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends

from warpack.service.api.job_runner import job_runner_of
from warpack.service.jobs.job_runner import JobRunner

router = APIRouter(tags=["operations"])


@router.get("/livez", summary="The process lives")
async def livez() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz", summary="The database answers and calls are served")
async def readyz(runner: Annotated[JobRunner, Depends(job_runner_of)]) -> dict[str, str]:
    await asyncio.to_thread(runner.store.jobs.newest, 1)
    return {"status": "ready"}
