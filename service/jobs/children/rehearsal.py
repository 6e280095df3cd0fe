"""Run by a fork server at its start: does once what its children do, so that none of them loads a module for it.

The manifest is too simple for the exact search, which would leave threads behind: a process with threads is not to be
split.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from warpack.service.jobs.child_tasks.checks import check, read, verify
from warpack.service.jobs.child_tasks.solves import solve_and_verify

MANIFEST = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "timeline": {"phases": ["load", "work"]},
    "buffers": [
        {"name": "first", "size": 8, "dtype": "float32", "lifetime": [["load", "work"]]},
        {"name": "second", "size": 8, "dtype": "float32", "lifetime": [["work", "work"]]},
    ],
    "validation": "static",
}


def rehearse() -> None:
    again(b"", lambda: False)


def again(_request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """A task: the same in a child that is to answer its first request as fast as its second."""
    manifest = json.dumps(MANIFEST)
    request = {"manifest": manifest, "time_limit_s": 1.0}
    solved = solve_and_verify(json.dumps(request).encode(), cancelled)
    layout = json.loads(json.loads(solved)["validated"]["document"])
    for task, body in ((read, MANIFEST), (check, MANIFEST), (verify, {"manifest": MANIFEST, "layout": layout})):
        task(json.dumps(body).encode(), cancelled)
    return solved
