"""The task that reads a batch of manifests. Each is read by itself, so that a bad one does not harm the others.

The answer begins with a line of JSON. It has the `priority` asked for, and for each manifest either its `facts` and the
size of its `document` in bytes, or its `problem`. The documents follow, one after another.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from warpack.service.jobs.child_tasks.checks import Reply, facts_of
from warpack.service.problems import MEDIA_TYPE, MOST_ERRORS, ProblemDetails, faults
from warpack.service.store.records import PRIORITIES

if TYPE_CHECKING:
    from warpack.solver.reading.collector import Collector
    from warpack.solver.wire.problems import Problem

MOST_MANIFESTS = 1000
_NAMES = ("manifests", "priority")


def read_batch(body: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Body: `manifests`, and optionally the `priority`."""
    from warpack.solver.reading.collector import Collector
    from warpack.solver.reading.source import MOST_MANIFEST_BYTES, read_source

    collector = Collector()
    asked = read_source(collector, body, MOST_MANIFEST_BYTES)
    if not collector.problems:
        _check_form(collector, asked)
    if collector.problems:
        problem = faults("request", collector.problems)
        return Reply(problem.status, MEDIA_TYPE, problem.to_text().encode()).to_bytes()
    documents: list[bytes] = []
    head = json.dumps({"priority": asked.get("priority"), "entries": _entries(asked["manifests"], documents)})
    return Reply(HTTPStatus.OK, "application/json", b"\n".join([head.encode(), b"".join(documents)])).to_bytes()


def _check_form(collector: Collector, asked: Any) -> None:
    if not isinstance(asked, dict) or "manifests" not in asked:
        collector.error("bad-request", "", 'The body must be an object with a list "manifests".')
        return
    for name in asked.keys() - set(_NAMES):
        collector.error(
            "unknown-field", f"/{name}", f"The body has no field {name!r}. It may have {' and '.join(_NAMES)}."
        )
    manifests = asked["manifests"]
    if not isinstance(manifests, list) or not 1 <= len(manifests) <= MOST_MANIFESTS:
        collector.error("bad-request", "/manifests", f"The manifests must be a list of 1 to {MOST_MANIFESTS}.")
    if "priority" in asked and asked["priority"] not in PRIORITIES:
        collector.error("unknown-value", "/priority", f"The priority must be one of {', '.join(PRIORITIES)}.")


def _entries(manifests: list[Any], documents: list[bytes]) -> list[dict[str, Any]]:
    from warpack.solver import ManifestError, load_manifest
    from warpack.solver.wire.problems import Problem

    entries: list[dict[str, Any]] = []
    room = MOST_ERRORS
    for value in manifests:
        problems: tuple[Problem, ...] = (Problem("wrong-type", "", "The manifest must be an object."),)
        try:
            # Only objects are read on: the reader would take a string for the path of a file on this machine.
            facts = facts_of(load_manifest(value)) if isinstance(value, dict) else None
        except ManifestError as error:
            facts, problems = None, error.problems
        if facts is None:
            problem = _cut(faults("manifest", problems), room)
            room -= len(problem["errors"])
            entries.append({"problem": problem})
        else:
            documents.append(json.dumps(value, ensure_ascii=False).encode())
            entries.append({"facts": facts, "bytes": len(documents[-1])})
    return entries


def _cut(problem: ProblemDetails, most: int) -> dict[str, Any]:
    """The problem with at most `most` faults listed. All manifests together list as many as one would, and each lists
    at least one."""
    kept = replace(problem, errors=problem.errors[: max(most, 1)]).to_json()
    return {**kept, "error_count": len(problem.errors)}
