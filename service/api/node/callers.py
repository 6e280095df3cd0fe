"""Gives a call its caller, and checks that the caller's key has the scope that the call needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.edge.keys import Caller
from warpack.service.problems import ProblemDetails
from warpack.service.store.keys import Scope

_KEY = HTTPBearer(
    scheme_name="key",
    auto_error=False,  # edge/keys.py has refused a wrong one before this is asked
    description="An API key of this service. One that listens to its own machine alone answers without.",
)
"""For openapi.json alone."""


def _with(scope: Scope, *, without_key: bool = False) -> Callable[..., Awaitable[Caller]]:
    """A dependency that returns the caller, who must have `scope`. `without_key`: also lets in the one local caller,
    who has no key."""

    async def caller_with_scope(request: Request, _: object = Security(_KEY, scopes=[scope])) -> Caller:
        caller: Caller = request.scope["caller"]
        if scope in caller.scopes or "admin" in caller.scopes or (without_key and not caller.id):
            return caller
        detail = f"This call needs a key with the scope {scope!r}. This key has: {', '.join(sorted(caller.scopes)) or 'none'}."
        raise ApiError(ProblemDetails("forbidden", "The key lacks a scope", HTTPStatus.FORBIDDEN, detail))

    return caller_with_scope


async def _any_caller(request: Request, _: object = Security(_KEY, scopes=[])) -> Caller:
    caller: Caller = request.scope["caller"]
    return caller


Anyone = Annotated[Caller, Depends(_any_caller)]
"""Whoever passed the edge: any valid key, or the one local caller."""
Submitter = Annotated[Caller, Depends(_with("submit"))]
Reader = Annotated[Caller, Depends(_with("read"))]
Watcher = Annotated[Caller, Depends(_with("admin", without_key=True))]
WorkerKey = Annotated[Caller, Depends(_with("worker"))]
