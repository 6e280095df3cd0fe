"""Gives calls the running runner, the hub that wakes them, the fast path, and answers that
are ready."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request

from warpack.service.api.at_once import AtOnce
from warpack.service.api.errors import ApiError
from warpack.service.api.hub import Hub
from warpack.service.api.offers import Offers
from warpack.service.api.ready_answers import ReadyAnswers
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails


async def job_runner_of(request: Request) -> JobRunner:
    """Raises problem `unavailable` (503) while the service starts or stops.

    A coroutine although it waits for nothing: a plain function would be given a thread, for every call anew.
    """
    runner = getattr(request.app.state, "runner", None)
    if not isinstance(runner, JobRunner):
        raise ApiError(
            ProblemDetails(
                "unavailable",
                "The service is not ready",
                HTTPStatus.SERVICE_UNAVAILABLE,
                "It is starting or stopping. Try again in a moment.",
            ),
            {"Retry-After": "1"},
        )
    return runner


async def hub_of(request: Request) -> Hub:
    """There whenever the runner is."""
    await job_runner_of(request)
    hub: Hub = request.app.state.hub
    return hub


async def at_once_of(request: Request) -> AtOnce:
    """There whenever the runner is."""
    await job_runner_of(request)
    at_once: AtOnce = request.app.state.at_once
    return at_once


async def offers_of(request: Request) -> Offers:
    """There whenever the runner is."""
    await job_runner_of(request)
    offers: Offers = request.app.state.offers
    return offers


async def ready_answers_of(request: Request) -> ReadyAnswers:
    """There whenever the runner is."""
    await job_runner_of(request)
    ready: ReadyAnswers = request.app.state.ready_answers
    return ready
