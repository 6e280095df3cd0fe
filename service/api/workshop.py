"""Gives calls the running workshop."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request

from warpack.service.api.errors import ApiError
from warpack.service.jobs.workshop import Workshop
from warpack.service.problems import ProblemDetails


async def workshop_of(request: Request) -> Workshop:
    """Raises problem `unavailable` (503) while the service starts or stops.

    A coroutine although it waits for nothing: a plain function would be given a thread, for every call anew.
    """
    workshop = getattr(request.app.state, "workshop", None)
    if not isinstance(workshop, Workshop):
        raise ApiError(
            ProblemDetails(
                "unavailable",
                "The service is not ready",
                HTTPStatus.SERVICE_UNAVAILABLE,
                "It is starting or stopping. Try again in a moment.",
            ),
            {"Retry-After": "1"},
        )
    return workshop
