"""The application factory: calls, error answers, and the runner's life from start to shutdown."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from warpack.service.api.answers.errors import install_error_answers
from warpack.service.api.answers.hub import Hub
from warpack.service.api.calls import (
    artefacts,
    batches,
    callers,
    devices,
    docs_page,
    events,
    layouts,
    manifests,
    operations,
    orders,
    page,
    schemas,
    workers,
)
from warpack.service.api.documentation.description import API_VERSION, described_by
from warpack.service.api.documentation.examples import PROBLEM_ANSWERS
from warpack.service.api.edge import Edge
from warpack.service.api.node.children import ApiChildren
from warpack.service.api.node.fast_path import FastPath
from warpack.service.api.node.handing_over import HandingOver
from warpack.service.api.node.intake import Intake
from warpack.service.api.node.offers import Offers
from warpack.service.api.node.places import Places
from warpack.service.api.node.store_metrics import StoreMetrics
from warpack.service.api.node.stored import KnownAnswers, StoredAnswers
from warpack.service.api.node.telemetry import telemetry_of
from warpack.service.api.route_table import RouteTable
from warpack.service.api.warm_up import warm_up
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.settings import Settings

_LOG = logging.getLogger("warpack.api")

_DESCRIPTION = """
Packs the buffers of a GPU kernel so that more warps fit. Post a manifest: the buffers, their sizes and lifetimes. Get a
layout: the place of every byte, the threads per block, and a proof. Get allocators too, which were compiled and run
before the layout is handed out.

Errors are `application/problem+json` (RFC 9457) with a stable `type`; those about a manifest list every fault at once.
"""


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application of one service. A process may have one at a time."""
    runner = JobRunner(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        children = ApiChildren(settings)
        # In a thread, so that the engine runs its handlers on its own event loop and no call waits for them.
        try:
            await asyncio.gather(asyncio.to_thread(runner.start), children.prepare())
        except Exception as error:
            app.state.start_failure = error
            raise
        if await asyncio.to_thread(Edge.lacks_valid_key, settings, runner.store.keys):
            _LOG.warning("no API key is valid, so every call is refused; make one with: warpack admin keys make NAME")
        app.state.hub, app.state.offers = Hub(runner.store.events), Offers(runner.store.claims)
        app.state.runner, app.state.children = runner, children
        app.state.intake, app.state.places = Intake(runner, settings), Places(settings.max_waiting_per_key)
        app.state.handing_over = HandingOver(runner)
        app.state.fast_path, app.state.known_answers = FastPath(runner, children), KnownAnswers(runner)
        await warm_up(app, runner)
        yield
        app.state.hub.close()
        app.state.store_metrics.close()
        app.state.offers.close()
        await app.state.fast_path.close()
        await app.state.handing_over.close()
        del app.state.runner, app.state.children
        await children.close()
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
        telemetry=telemetry_of(os.environ),
    )
    table = RouteTable()
    app.add_middleware(StoredAnswers)  # the one added last comes first
    app.add_middleware(Edge, settings=settings, calls=table)
    install_error_answers(app)
    parts = (
        orders,
        batches,
        layouts,
        events,
        artefacts,
        manifests,
        schemas,
        devices,
        callers,
        workers,
        operations,
        docs_page,
        page,
    )
    for part in parts:
        app.include_router(part.router)
    app.openapi = described_by(app)  # type: ignore[method-assign]  # as FastAPI's own documentation has it
    app.state.settings, app.state.hurry = settings, runner.hurry
    app.state.store_metrics = StoreMetrics(lambda: getattr(getattr(app.state, "runner", None), "store", None))
    table.fill((*app.routes, *(route for part in parts for route in part.router.routes)))
    app.state.route_table = table
    return app
