"""The methods of a path, over all calls that share it, and the path's template."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route


class RouteTable:
    """It is filled once all calls are known."""

    def __init__(self) -> None:
        self._routes: tuple[Route, ...] = ()

    def fill(self, routes: Iterable[BaseRoute]) -> None:
        """Takes the routes of all calls."""
        self._routes = tuple(route for route in routes if isinstance(route, Route))

    def methods(self, path: str) -> tuple[str, ...]:
        """In alphabetical order; HEAD wherever GET is."""
        found = {method for route in self._matching(path) for method in route.methods or {"GET"}}
        return tuple(sorted(found | ({"HEAD"} if "GET" in found else set())))

    def template(self, path: str) -> str | None:
        """`/v1/layouts/{job_id}`; None for a path that no call has."""
        return next((route.path_format for route in self._matching(path)), None)

    def _matching(self, path: str) -> Iterable[Route]:
        return (route for route in self._routes if route.path_regex.match(path))
