"""Every error answer is problem+json, whoever raises it: a call, the framework, or a fault of ours."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from warpack.service.problems import MEDIA_TYPE, ProblemDetails, internal_error
from warpack.solver.wire.problems import Problem

_LOG = logging.getLogger("warpack.api")


class ApiError(Exception):
    """Raised by a call to end with this problem."""

    def __init__(self, problem: ProblemDetails, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers or {}


class ReadyAnswer(Exception):
    """Raised by a call to end with an answer that a child process has made."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response


def not_found(job_id: str) -> ApiError:
    return ApiError(
        ProblemDetails(
            "not-found", "No such layout", HTTPStatus.NOT_FOUND, f"There is no layout with the id {job_id!r}."
        )
    )


def install_error_answers(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(ReadyAnswer, _ready_answer)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _bad_parameters)
    app.add_exception_handler(Exception, _unknown)


def answer(problem: ProblemDetails, headers: dict[str, str] | None = None) -> Response:
    return Response(problem.to_text(), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


async def _api_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return answer(error.problem, error.headers)


async def _ready_answer(_: Request, error: Exception) -> Response:
    if not isinstance(error, ReadyAnswer):
        raise error
    return error.response


async def _http_exception(request: Request, error: Exception) -> Response:
    """What the framework raises by itself: an unknown path, a wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    slug = status.phrase.lower().replace(" ", "-")
    detail = f"{request.method} {request.url.path}: {status.description or status.phrase}."
    return answer(ProblemDetails(slug, status.phrase, status, detail), dict(error.headers or {}))


async def _bad_parameters(_: Request, error: Exception) -> Response:
    """A query parameter or header that breaks its rule. Bodies never come here: the calls read them themselves."""
    if not isinstance(error, RequestValidationError):
        raise error
    faults = tuple(
        Problem("bad-parameter", "", f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}")
        for fault in error.errors()
    )
    detail = "; ".join(fault.message for fault in faults)
    return answer(
        ProblemDetails("bad-parameter", "A parameter is wrong", HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults)
    )


async def _unknown(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, json.dumps(request.url.path), exc_info=error)
    return answer(internal_error())
