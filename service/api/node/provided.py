"""Gives calls what the application holds while it runs: the runner, the hub that wakes them, the fast path, and so
on."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.answers.hub import Hub
from warpack.service.api.node.at_once import AtOnce
from warpack.service.api.node.handing_over import HandingOver
from warpack.service.api.node.intake import Intake
from warpack.service.api.node.offers import Offers
from warpack.service.api.node.places import Places
from warpack.service.api.node.stored import KnownAnswers
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


async def known_answers_of(request: Request) -> KnownAnswers:
    """There whenever the runner is."""
    await job_runner_of(request)
    known: KnownAnswers = request.app.state.known_answers
    return known


async def intake_of(request: Request) -> Intake:
    """There whenever the runner is."""
    await job_runner_of(request)
    intake: Intake = request.app.state.intake
    return intake


async def handing_over_of(request: Request) -> HandingOver:
    """There whenever the runner is."""
    await job_runner_of(request)
    handing_over: HandingOver = request.app.state.handing_over
    return handing_over


async def places_of(request: Request) -> Places:
    """There whenever the runner is."""
    await job_runner_of(request)
    places: Places = request.app.state.places
    return places
