"""Looks at processes of this machine, and waits for what they do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")

PATIENCE_S = 500.0
"""How long a test waits for what another process does. It is there for what hangs: on a busy machine everything takes
long."""

_SOONEST_S, _LATEST_S, _LOOKS_AFTER = 0.02, 0.2, 0.1
"""From one look to the next, in seconds, and as a share of what was waited so far."""


def lives(pid: int) -> bool:
    """Whether the process runs: one that ended, and waits for its parent to notice, does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    found: set[int] = set()
    added = {pid}
    while added:
        added = {child for child, parent in parents.items() if parent in added} - found
        found |= added
    return found


def processor_s(pid: int) -> float:
    """Processor time of a process so far, that of its children aside."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def eventually(look: Callable[[], Value], what: str, limit_s: float = PATIENCE_S) -> Value:
    """The first true value of `look`; fails the test when there is none in time.

    The longer it waits, the more seldom it looks: a look may ask a service, and takes time from what it waits for.
    """
    started = time.monotonic()
    while (waited_s := time.monotonic() - started) < limit_s:
        value = look()
        if value:
            return value
        time.sleep(min(max(waited_s * _LOOKS_AFTER, _SOONEST_S), _LATEST_S))
    raise AssertionError(f"after {limit_s} s still not: {what}")
