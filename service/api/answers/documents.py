"""Jobs as JSON."""

from __future__ import annotations

import json
from typing import Any

from warpack.service.api.answers.files import FILES, JobFile
from warpack.service.api.answers.waiting import Waiting
from warpack.service.store.records import Job


def layout_document(stored: str, name: str) -> dict[str, Any]:
    """A stored layout under the name that this caller's manifest has. It is stored without a name: all callers who
    posted the same manifest share it, and each may call it something else."""
    layout: dict[str, Any] = json.loads(stored)
    layout["name"] = name
    return layout


def summary(job: Job, waiting: Waiting | None = None) -> dict[str, Any]:
    """A job without its layout."""
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
            **{file.name: f"{self_link}/{file.name}" if _has(job, file) else None for file in FILES},
        },
    }


def _has(job: Job, file: JobFile) -> bool:
    return job.state == "ready" or (file.of_best and job.has_best)


def _told(problem: dict[str, Any]) -> dict[str, Any]:
    """The problem without the last words of a child process. Older versions stored them; only the operator may see
    them."""
    return {key: value for key, value in problem.items() if key != "last_lines"}


def job_text(job: Job, waiting: Waiting | None = None) -> str:
    """A ready job with its layout. An infeasible one has a layout that places nothing. A cancelled one has its best
    layout so far, which no validator has checked."""
    stored = {
        "layout": job.layout,
        "infeasible": job.best_so_far if job.state == "infeasible" else None,
        "best_so_far": job.best_so_far if job.state == "cancelled" else None,
    }
    layouts = {name: None if text is None else layout_document(text, job.name) for name, text in stored.items()}
    return json.dumps(summary(job, waiting) | layouts, ensure_ascii=False)
