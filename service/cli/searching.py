"""Lets this process search for `warpack solve`, or the service that the environment names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from warpack.by_service import service_url
from warpack.service.cli.exits import BAD_INPUT, CommandFailed
from warpack.service.cli.terminal import note

if TYPE_CHECKING:
    from warpack.service.cli.interruptible import Optimize


@dataclass(frozen=True, slots=True)
class Searching:
    """`optimize` finds a layout. `doing` says what is done now in place of packing; it is empty while packing."""

    optimize: Optimize
    doing: Callable[[], str] = str


@contextmanager
def searching(level: str) -> Iterator[Searching]:
    """What finds a layout. A service also validates it, up to `level`. If the service refuses, that ends the
    command."""
    if not service_url():
        from warpack.solver import optimize

        yield Searching(optimize)
        return
    from warpack.service.cli.asked import OrderClient
    from warpack.service.client import ApiProblem
    from warpack.service.client.asking import optimize as ask

    try:
        client = OrderClient(service_url())
    except ValueError as error:
        raise CommandFailed(f"WARPACK_URL: {error}", BAD_INPUT) from None
    with client:
        try:
            yield Searching(partial(ask, client, level=level, tell=note), lambda: client.doing)
        except ApiProblem as problem:
            raise CommandFailed(f"the service refuses: {problem}" if problem.status else str(problem)) from None
