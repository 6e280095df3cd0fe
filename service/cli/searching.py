"""Lets this process search for `warpack solve`, or the service that the environment names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from warpack.by_service import service_url
from warpack.service.cli.exits import BAD_INPUT, CommandFailed
from warpack.service.cli.terminal import note

if TYPE_CHECKING:
    from warpack.service.cli.interruptible import Optimize


@contextmanager
def searching(level: str) -> Iterator[Optimize]:
    """A function that finds a layout. A service also validates it, up to `level`. If the service refuses, that ends the
    command."""
    if not service_url():
        from warpack.solver import optimize

        yield optimize
        return
    from warpack.service.client import ApiProblem
    from warpack.service.client.asking import optimize as ask
    from warpack.service.client.asking import service_of_environment

    try:
        client = service_of_environment()
    except ValueError as error:
        raise CommandFailed(f"WARPACK_URL: {error}", BAD_INPUT) from None
    with client:
        try:
            yield partial(ask, client, level=level, tell=note)
        except ApiProblem as problem:
            raise CommandFailed(f"the service refuses: {problem}" if problem.status else str(problem)) from None
