"""Every error answer is problem+json, whether a call, the framework or the database raised the error.
`edge.request_log` makes a problem of any other error."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from warpack.service.api.edge.counts import count_problem
from warpack.service.api.edge.database_faults import unavailable
from warpack.service.problems import MEDIA_TYPE, ProblemDetails
from warpack.solver.wire.problems import Problem

_SHOWN_CHARACTERS = 64


class ApiError(Exception):
    """Ends a call with this problem."""

    def __init__(self, problem: ProblemDetails, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers or {}


class AnsweredByChild(Exception):
    """Ends a call with an answer that a child process has made."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response


def not_found(job_id: str) -> ApiError:
    """The problem of a job that does not exist, or that the caller may not see."""
    shown = job_id if len(job_id) <= _SHOWN_CHARACTERS else f"{job_id[:_SHOWN_CHARACTERS]}…"
    return ApiError(
        ProblemDetails(
            "not-found", "No such layout", HTTPStatus.NOT_FOUND, f"There is no layout with the id {shown!r}."
        )
    )


def install_error_answers(app: FastAPI) -> None:
    """Makes the application answer every error with a problem."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(AnsweredByChild, _answered_by_child)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _bad_parameters)
    app.add_exception_handler(SQLAlchemyError, _no_database)
    app.add_exception_handler(OSError, _no_database)


def answer(problem: ProblemDetails, headers: dict[str, str] | None = None) -> Response:
    """The response with a problem. It also counts the problem."""
    count_problem(problem)
    return Response(problem.to_text(), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


async def _api_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return answer(error.problem, error.headers)


async def _answered_by_child(_: Request, error: Exception) -> Response:
    if not isinstance(error, AnsweredByChild):
        raise error
    return error.response


async def _http_exception(request: Request, error: Exception) -> Response:
    """An unknown path or a wrong method, as the framework raises them."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    slug = status.phrase.lower().replace(" ", "-")
    headers = dict(error.headers or {})
    detail = f"{status.description or status.phrase}."
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(request.app.state.route_table.methods(request.url.path))
        detail = f"This path has the methods {headers['Allow']}."
    return answer(ProblemDetails(slug, status.phrase, status, detail), headers)


async def _bad_parameters(_: Request, error: Exception) -> Response:
    """A query parameter or header breaks its rule. Bodies never come here, because calls read bodies themselves."""
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


async def _no_database(_: Request, error: Exception) -> Response:
    """The database or the disk cannot be used now. Any other error is a fault of ours, and is raised again."""
    found = unavailable(error)
    if found is None:
        raise error
    return answer(found.problem, found.headers)
