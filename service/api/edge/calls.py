"""What the edge has to know of the calls behind it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""What machines ask that watch over the service: answered however busy it is."""


class Calls(Protocol):
    def methods(self, path: str) -> Collection[str]:
        """The methods of a path; none where no call has it."""

    def template(self, path: str) -> str | None:
        """What the path is called in the log; None where no call has it."""
