"""Problem details (RFC 9457): what went wrong with a call, or with a job.

The `type` is a URN that never changes its meaning, so programs may switch on it. `errors` lists the single faults of a
manifest or layout. Each has its own type, a JSON pointer, a message and the names involved. The list has the first
thousand faults; `error_count` says how many there are.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from warpack.solver.wire.problems import Problem

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:warpack:problem:"
MOST_ERRORS = 1000
"""The most faults, or warnings, in a list. `error_count` says how many there are."""
_MOST_NAMES = 100
_LONGEST_MESSAGE = 2000
_PATH = re.compile(r"(?<![\w/.…])(?:/[\w.@+-]+)+/([\w.@+-]+)")
_LOG = logging.getLogger("warpack.jobs")
_NO_JSON = frozenset({"not-json", "not-utf8", "nested-too-deeply"})


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """`slug` is the last part of the type's URN. `more` has the members that only this type has."""

    slug: str
    title: str
    status: HTTPStatus
    detail: str
    errors: tuple[Problem, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The URN of the problem's type."""
        return _PREFIX + self.slug

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [shortened(error) for error in self.errors[:MOST_ERRORS]]
            document["error_count"] = len(self.errors)
        return document | self.more

    def to_text(self) -> str:
        """The problem as JSON text."""
        return json.dumps(self.to_json(), ensure_ascii=False)


def shortened(error: Problem) -> dict[str, Any]:
    """The fault as JSON. A long message, and a long list of names, are cut."""
    message = error.message
    if len(message) > _LONGEST_MESSAGE:
        message = message[: _LONGEST_MESSAGE - 1] + "…"
    return Problem(error.type, error.pointer, message, error.names[:_MOST_NAMES]).to_json()


def faults(kind: str, problems: Sequence[Problem]) -> ProblemDetails:
    """The problem with all faults of a posted `kind` (manifest or layout). Its status is 400 if the document is not
    JSON, else 422."""
    no_json = any(problem.type in _NO_JSON for problem in problems)
    count = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
    return ProblemDetails(
        "not-json" if no_json else f"bad-{kind}",
        f"The {kind} is not JSON" if no_json else f"The {kind} breaks the rules of its format",
        HTTPStatus.BAD_REQUEST if no_json else HTTPStatus.UNPROCESSABLE_ENTITY,
        f"{count} wrong with the {kind}. {str(problems[0])[:_LONGEST_MESSAGE]}"
        + (" (and more)" if len(problems) > 1 else ""),
        tuple(problems),
    )


def crashed(who: str, last_lines: str) -> ProblemDetails:
    """A child process ended without an answer. `who` is solver or validator. Its last lines go to the log. Callers get
    the last one, without the paths of this machine."""
    _LOG.error("a child process ended without an answer", extra={"who": who, "last_lines": last_lines})
    said = without_paths(last_lines.splitlines()[-1]) if last_lines else f"The {who}'s process ended and wrote nothing."
    return ProblemDetails(
        f"{who}-crashed", f"The {who} ended without an answer", HTTPStatus.INTERNAL_SERVER_ERROR, said
    )


def without_paths(text: str) -> str:
    """The text, in which each absolute path of two parts or more is cut to its last part."""
    return _PATH.sub(lambda found: f"…/{found.group(1)}", text)


def overdue(who: str, limit_s: float, what_to_do: str) -> ProblemDetails:
    """A child was stopped at its time limit. `what_to_do` tells the caller what may help."""
    return ProblemDetails(
        f"{who}-overdue",
        f"The {who} did not finish in time",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"The {who} was stopped after {limit_s:g} s without an answer. {what_to_do}",
    )


def over_memory(who: str, memory_mib: int) -> ProblemDetails:
    """A child needed more memory than it may have."""
    return ProblemDetails(
        f"{who}-over-memory",
        f"The {who} needed too much memory",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"The {who} needed more than {memory_mib} MiB. The setting WARPACK_CHILD_MEMORY_MIB is this limit.",
    )


def worker_crashed(said: str) -> ProblemDetails:
    """`said` is what is known of the last loss. Callers get its last line, without the paths of this machine."""
    _LOG.error("a task was lost with its workers again and again", extra={"last_lines": said})
    return ProblemDetails(
        "worker-crashed",
        "Every worker that tried this job died",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Several workers died while they worked on this job, so it is not tried again. Post the manifest again to retry."
        + (f" The last loss: {without_paths(said.strip().splitlines()[-1])}" if said.strip() else ""),
    )


def withdrawn(version: str) -> ProblemDetails:
    """The answer was made by a version that was found to be faulty."""
    return ProblemDetails(
        "withdrawn",
        "The answer was withdrawn",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"It was made by version {version!r}, which was found to be faulty. Post the manifest again for a new one.",
    )


def internal_error(
    detail: str = "The service failed unexpectedly. Its log says more.",
) -> ProblemDetails:
    """A fault of ours, which no other problem describes."""
    return ProblemDetails("internal-error", "Internal error", HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def validation_failed(level: str, reports: Sequence[dict[str, Any]]) -> ProblemDetails:
    """A level found faults, so the layout is not handed out. `level` is the highest that passed."""
    failed = [report for report in reports if not report["passed"]]
    findings = [finding for report in failed for finding in report["findings"]]
    names = ", ".join(report["level"] for report in failed)
    count = "1 fault" if len(findings) == 1 else f"{len(findings)} faults"
    first = f": {findings[0]['message']}" if findings else "."
    return ProblemDetails(
        "validation-failed",
        "The layout did not pass validation",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"Level {names} found {count}{first}",
        more={"level_reached": level, "reports": list(reports)},
    )
