"""Tells reports about a layout from those about what befell the processes that were to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.service.jobs.children.main import ChildLost

_KILLED = ("compiler-killed", "simulator-killed", "device-killed")
_OVER_MEMORY = ("compiler-over-memory", "simulator-over-memory", "device-over-memory")


def no_verdict(*reports: Mapping[str, Any]) -> None:
    """Raises ChildLost or MemoryError where a process of a level was killed, or got no more memory: that says nothing
    about the layout."""
    for finding in (finding for report in reports for finding in report["findings"]):
        if finding["rule"] in _KILLED:
            raise ChildLost(finding["message"])
        if finding["rule"] in _OVER_MEMORY:
            raise MemoryError(finding["message"])
