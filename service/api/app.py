"""The application factory: calls, error answers, and the runner's life from start to shutdown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from warpack.service.api import devices, docs_page, layouts, manifests, operations, schemas
from warpack.service.api.description import API_VERSION, described_by
from warpack.service.api.edge import Edge
from warpack.service.api.errors import install_error_answers
from warpack.service.api.examples import PROBLEM_ANSWERS
from warpack.service.api.route_table import RouteTable
from warpack.service.api.warm_up import warm_up
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.settings import Settings

_DESCRIPTION = """
Packs the buffers of a GPU kernel so that more warps fit. Post a manifest (what the buffers are, how big, when each is
live), get a layout (where every byte lives, how many threads a block may have, with proof) and allocators that were
compiled and run before the layout is handed out.

Errors are `application/problem+json` (RFC 9457) with a stable `type`; those about a manifest list every fault at once.
"""


def create_app(settings: Settings) -> FastAPI:
    runner = JobRunner(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.stopping = asyncio.Event()  # set when the server begins to stop: calls then wait no longer
        app.state.large_bodies = asyncio.Semaphore(1)
        # In a thread: the engine then runs its handlers on a loop of its own, and no call waits for them.
        try:
            await asyncio.to_thread(runner.start)
        except Exception as error:
            app.state.start_failure = error
            raise
        app.state.runner = runner
        await warm_up(app, runner)
        yield
        del app.state.runner
        await asyncio.to_thread(runner.stop)

    app = FastAPI(
        title="Warpack",
        version=API_VERSION,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEM_ANSWERS,
        redirect_slashes=False,
    )
    table = RouteTable()
    app.add_middleware(Edge, settings=settings, calls=table)
    install_error_answers(app)
    parts = (layouts, manifests, schemas, devices, operations, docs_page)
    for part in parts:
        app.include_router(part.router)
    app.openapi = described_by(app)  # type: ignore[method-assign]  # as FastAPI's own documentation has it
    app.state.settings = settings
    table.fill((*app.routes, *(route for part in parts for route in part.router.routes)))
    app.state.route_table = table
    return app
