"""Jobs as JSON. A layout's text goes in as it is stored, so that one layout is the same bytes in every answer."""

from __future__ import annotations

import json
from typing import Any

from warpack.gpu_runtime.emitters import FILES
from warpack.service.api.waiting import Waiting
from warpack.service.store.records import Job

_UNNAMED = '{"schema": "warpack/layout/1", "name": ""'
"""How every stored layout begins: it belongs to all callers of one manifest, whatever each of them calls it."""


def layout_text(stored: str, name: str) -> str:
    """The layout under a caller's name for it."""
    if not stored.startswith(_UNNAMED):
        raise ValueError("a stored layout does not begin as layouts of this version do")
    return _UNNAMED[:-2] + json.dumps(name, ensure_ascii=False) + stored[len(_UNNAMED) :]


def summary(job: Job, waiting: Waiting | None = None) -> dict[str, Any]:
    """All of a job but its layout."""
    self_link = f"/v1/layouts/{job.id}"
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "manifest_sha256": job.manifest_sha256,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "validation": {"required": job.required, "level": job.level or "none"},
        "waiting_for": None if waiting is None else waiting.to_json(),
        "minimum_budget_bytes": job.minimum_budget_bytes,
        "problem": None if job.problem is None else _told(json.loads(job.problem)),
        "links": {
            "self": self_link,
            "manifest": f"{self_link}/manifest",
            **{name: f"{self_link}/{name}" if job.state == "ready" else None for name in FILES},
        },
    }


def _told(problem: dict[str, Any]) -> dict[str, Any]:
    """Older versions stored what a child process said last: that is for the operator alone."""
    return {key: value for key, value in problem.items() if key != "last_lines"}


def job_text(job: Job, waiting: Waiting | None = None) -> str:
    """A job with its layout where it is ready."""
    head = json.dumps(summary(job, waiting), ensure_ascii=False)
    layout = "null" if job.layout is None else layout_text(job.layout, job.name)
    return f'{head[:-1]}, "layout": {layout}}}'


def cancelled_text(job: Job) -> str:
    """A cancelled job with the best layout that it had, which no validator has seen."""
    head = json.dumps(summary(job), ensure_ascii=False)
    best = "null" if job.best_so_far is None else layout_text(job.best_so_far, job.name)
    return f'{head[:-1]}, "best_so_far": {best}}}'
