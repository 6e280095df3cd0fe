"""The task that reads a manifest from a text of any format."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from warpack.service.jobs.child_tasks.checks import Cancelled, Reply
from warpack.service.problems import MEDIA_TYPE, ProblemDetails, faults
from warpack.solver.wire.problems import ManifestError, Problem

_STRINGS = ("text", "format", "name", "kernel")
_MEMBERS = (*_STRINGS, "check")


def read_text(body: bytes, _cancelled: Cancelled) -> bytes:
    """Body: `text`, and perhaps `format`, `name`, `kernel` and `check`. Answer: the manifest, with format, notes and
    warnings; or the problem, with the line and column of each fault."""
    found = _read(body)
    if isinstance(found, ProblemDetails):
        return Reply(found.status, MEDIA_TYPE, found.to_text().encode()).to_bytes()
    text = json.dumps(found, ensure_ascii=False)
    return Reply(HTTPStatus.OK, "application/json", text.encode()).to_bytes()


def _read(body: bytes) -> dict[str, Any] | ProblemDetails:
    from warpack.service.manifest_reading import SeveralKernels, read_text, with_places

    asked = _asked(body)
    if isinstance(asked, ProblemDetails):
        return asked
    try:
        found = read_text(asked["text"], asked.get("format"), name=asked.get("name", ""), kernel=asked.get("kernel"))
        return found.to_json(check=asked.get("check", False))
    except ManifestError as error:
        return replace(faults("manifest", error.problems), more={"errors": with_places(error.problems)})
    except SeveralKernels as error:
        return ProblemDetails(
            "several-kernels",
            "The dump has several kernels",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            str(error),
            more={"kernels": list(error.kernels)},
        )


def _asked(body: bytes) -> dict[str, Any] | ProblemDetails:
    """The members of the request, with `format` left out where the text itself is to show it."""
    from warpack.service.manifest_reading import FORMATS
    from warpack.solver.reading.collector import Collector
    from warpack.solver.reading.source import MOST_MANIFEST_BYTES, read_source

    collector = Collector()
    asked = read_source(collector, body, MOST_MANIFEST_BYTES)
    if collector.problems:
        return faults("request", collector.problems)
    if not isinstance(asked, dict) or "text" not in asked:
        return faults("request", [Problem("bad-request", "", 'The body must be an object with "text".')])
    found = [
        Problem("unknown-field", f"/{name}", f"There is no member {name!r} here; known are {', '.join(_MEMBERS)}.")
        for name in asked
        if name not in _MEMBERS
    ]
    found += [
        Problem("wrong-type", f"/{name}", f"The {name} must be a string.")
        for name in _STRINGS
        if not isinstance(asked.get(name, ""), str) and not (name == "kernel" and asked[name] is None)
    ]
    if not isinstance(asked.get("check", False), bool):
        found.append(Problem("wrong-type", "/check", "The check must be true or false."))
    if not found and asked.get("format", "auto") not in ("auto", *FORMATS):
        found = [Problem("bad-choice", "/format", f"The format must be one of auto, {', '.join(FORMATS)}.")]
    if found:
        return faults("request", found)
    return {name: value for name, value in asked.items() if (name, value) != ("format", "auto")}
