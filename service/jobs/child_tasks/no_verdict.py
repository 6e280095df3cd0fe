"""Tells reports about a layout from reports that the processes judging it were killed or ran out of memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.service.jobs.children.main import ChildLost

_KILLED = ("compiler-killed", "simulator-killed", "device-killed")
_OVER_MEMORY = ("compiler-over-memory", "simulator-over-memory", "device-over-memory")


def no_verdict(*reports: Mapping[str, Any]) -> None:
    """Raises ChildLost if a process of a level was killed, and MemoryError if it got no more memory. Neither says
    anything about the layout."""
    for finding in (finding for report in reports for finding in report["findings"]):
        if finding["rule"] in _KILLED:
            raise ChildLost(finding["message"])
        if finding["rule"] in _OVER_MEMORY:
            raise MemoryError(finding["message"])
