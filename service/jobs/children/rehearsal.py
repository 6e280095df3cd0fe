"""A fork server runs this at its start. It does once what its children do, so that no child loads a module for it.

The manifest is too simple for the exact search. That search would leave threads behind, and a process with threads must
not fork.
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
    """Solves, verifies and emits a small manifest."""
    again(b"", lambda: False)


def again(_request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """A task that does the same in a child, which then answers its first request as fast as its second."""
    manifest = json.dumps(MANIFEST)
    request = {"manifest": manifest, "time_limit_s": 1.0}
    solved = solve_and_verify(json.dumps(request).encode(), cancelled)
    layout = json.loads(json.loads(solved)["validated"]["document"])
    for task, body in ((read, MANIFEST), (check, MANIFEST), (verify, {"manifest": MANIFEST, "layout": layout})):
        task(json.dumps(body).encode(), cancelled)
    return solved
