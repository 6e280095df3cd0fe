"""Which methods a path has, over all calls that share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route


@dataclass(frozen=True, slots=True)
class RouteTable:
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, routes: Iterable[BaseRoute]) -> RouteTable:
        return cls(tuple(route for route in routes if isinstance(route, Route)))

    def methods(self, path: str) -> tuple[str, ...]:
        """In alphabetical order; HEAD wherever GET is."""
        found = {method for route in self.routes if route.path_regex.match(path) for method in route.methods or {"GET"}}
        return tuple(sorted(found | ({"HEAD"} if "GET" in found else set())))
