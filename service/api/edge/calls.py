"""What the edge needs to know of the calls behind it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""The paths that monitoring asks for. They are answered however busy the service is."""


class Calls(Protocol):
    """The calls by their paths."""

    def methods(self, path: str) -> Collection[str]:
        """The methods of a path; none if no call has it."""

    def template(self, path: str) -> str | None:
        """The template of a path, for the log; None if no call has it."""
