"""Gives calls the parts of the application that exist while it runs: the runner, the hub, the fast path, and so on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from fastapi import Request

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.answers.hub import Hub
from warpack.service.api.node.fast_path import FastPath
from warpack.service.api.node.handing_over import HandingOver
from warpack.service.api.node.intake import Intake
from warpack.service.api.node.offers import Offers
from warpack.service.api.node.places import Places
from warpack.service.api.node.stored import KnownAnswers
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.problems import ProblemDetails

Held = TypeVar("Held")


def _held(name: str, kind: type[Held]) -> Callable[[Request], Awaitable[Held]]:
    """A dependency that returns the part of the application's state with this name. All parts exist as long as the
    runner does. Raises problem `unavailable` (503) while the service starts or stops.

    It is a coroutine although it waits for nothing: FastAPI would run a plain function in a thread at every call.
    """

    async def held_of(request: Request) -> Held:
        state = request.app.state
        held = getattr(state, name, None)
        if not isinstance(getattr(state, "runner", None), JobRunner) or not isinstance(held, kind):
            raise ApiError(
                ProblemDetails(
                    "unavailable",
                    "The service is not ready",
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "It is starting or stopping. Try again in a moment.",
                ),
                {"Retry-After": "1"},
            )
        return held

    return held_of


job_runner_of = _held("runner", JobRunner)
hub_of = _held("hub", Hub)
fast_path_of = _held("fast_path", FastPath)
offers_of = _held("offers", Offers)
known_answers_of = _held("known_answers", KnownAnswers)
intake_of = _held("intake", Intake)
handing_over_of = _held("handing_over", HandingOver)
places_of = _held("places", Places)
