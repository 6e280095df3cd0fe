"""Jobs as JSON."""

from __future__ import annotations

import json
from typing import Any

from warpack.service.api.answers.files import FILES
from warpack.service.api.answers.waiting import Waiting
from warpack.service.store.records import Job


def layout_document(stored: str, name: str) -> dict[str, Any]:
    """The layout under a caller's name for it: a stored one belongs to all callers of one manifest, whatever each of
    them calls it, and so has none."""
    layout: dict[str, Any] = json.loads(stored)
    layout["name"] = name
    return layout


def summary(job: Job, waiting: Waiting | None = None) -> dict[str, Any]:
    """All of a job but its layout."""
    self_link = f"/v1/layouts/{job.id}"
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "manifest_sha256": job.manifest_sha256,
        "priority": job.priority,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "validation": {"required": job.required, "level": job.level or "none"},
        "waiting_for": None if waiting is None else waiting.to_json(),
        "minimum_budget_bytes": job.minimum_budget_bytes,
        "problem": None if job.problem is None else _told(json.loads(job.problem)),
        "links": {
            "self": self_link,
            "manifest": f"{self_link}/manifest",
            **{file.name: f"{self_link}/{file.name}" if job.state == "ready" else None for file in FILES},
        },
    }


def _told(problem: dict[str, Any]) -> dict[str, Any]:
    """Older versions stored what a child process said last: that is for the operator alone."""
    return {key: value for key, value in problem.items() if key != "last_lines"}


def job_text(job: Job, waiting: Waiting | None = None) -> str:
    """A job with its layout where it is ready; and where it is infeasible with the one that places nothing."""
    layout = None if job.layout is None else layout_document(job.layout, job.name)
    infeasible = None
    if job.state == "infeasible" and job.best_so_far is not None:
        infeasible = layout_document(job.best_so_far, job.name)
    return json.dumps(summary(job, waiting) | {"layout": layout, "infeasible": infeasible}, ensure_ascii=False)


def cancelled_text(job: Job) -> str:
    """A cancelled job with the best layout that it had, which no validator has seen."""
    best = None if job.best_so_far is None else layout_document(job.best_so_far, job.name)
    return json.dumps(summary(job) | {"best_so_far": best}, ensure_ascii=False)
