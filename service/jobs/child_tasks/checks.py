"""The tasks that answer a call at once. They turn the body of a request into the whole answer, so that the API's
process reads no document itself.

The fork server loads what they import. The API only names these functions, and loads nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from warpack.service.problems import MEDIA_TYPE, ProblemDetails, faults

if TYPE_CHECKING:
    from warpack.solver.wire.manifest import Manifest
    from warpack.solver.wire.problems import Problem

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, media type and body of an HTTP answer."""

    status: int
    media_type: str
    body: bytes

    def to_bytes(self) -> bytes:
        return f"{self.status} {self.media_type}\n".encode() + self.body

    @classmethod
    def from_bytes(cls, text: bytes) -> Reply:
        head, _, body = text.partition(b"\n")
        status, _, media_type = head.decode().partition(" ")
        return cls(int(status), media_type, body)


class _Refused(Exception):
    def __init__(self, problem: ProblemDetails) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def check(body: bytes, _cancelled: Cancelled) -> bytes:
    """Body: a manifest. Answer: what is known of it without solving it."""
    from warpack.service.manifest_check import examine

    return _answered(lambda: examine(_manifest(body)).to_json())


def verify(body: bytes, _cancelled: Cancelled) -> bytes:
    """Body: `manifest` and `layout`. Answer: the static report."""
    return _answered(lambda: _report(body))


def read(body: bytes, _cancelled: Cancelled) -> bytes:
    """Body: a manifest. Answer: the fields of `ManifestFacts`."""

    return _answered(lambda: facts_of(_manifest(body)))


def facts_of(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "sha256": manifest.sha256,
        "validation": manifest.validation,
        "time_limit_s": manifest.solver.time_limit_s,
        "compute_capability": manifest.target.compute_capability,
        "buffers": len(manifest.buffers),
    }


def normalise(request: bytes, _cancelled: Cancelled) -> bytes:
    """Request: `manifest` (text that was read before), and the `name`, `time_limit_s` and `validation` of a job.
    Answer: the job's manifest, with every default filled in."""

    def filled_in() -> dict[str, Any]:
        asked = json.loads(request)
        document: dict[str, Any] = replace(_manifest(asked["manifest"].encode()), name=asked["name"]).model_dump()
        document["solver"]["time_limit_s"] = asked["time_limit_s"]
        document["validation"] = asked["validation"]
        return document

    return _answered(filled_in)


def _answered(make: Callable[[], dict[str, Any]]) -> bytes:
    try:
        document = make()
    except _Refused as refused:
        problem = refused.problem
        return Reply(problem.status, MEDIA_TYPE, problem.to_text().encode()).to_bytes()
    body = json.dumps(document, ensure_ascii=False).encode()
    return Reply(HTTPStatus.OK, "application/json", body).to_bytes()


def _manifest(body: bytes) -> Manifest:
    from warpack.solver import ManifestError, load_manifest

    try:
        return load_manifest(body)
    except ManifestError as error:
        raise _Refused(faults("manifest", error.problems)) from None


def _report(body: bytes) -> dict[str, Any]:
    from warpack.solver import LayoutFormatError, ManifestError, load_manifest, read_layout
    from warpack.solver import verify as verify_layout
    from warpack.solver.reading.collector import Collector
    from warpack.solver.reading.source import MOST_MANIFEST_BYTES, read_source
    from warpack.solver.wire.problems import Problem

    collector = Collector()
    asked = read_source(collector, body, MOST_MANIFEST_BYTES)
    if collector.problems:
        raise _Refused(faults("request", collector.problems))
    if not isinstance(asked, dict) or set(asked) != {"manifest", "layout"}:
        fault = Problem("bad-request", "", 'The body must be an object with exactly "manifest" and "layout".')
        raise _Refused(faults("request", [fault]))
    # Only objects are read on: the readers would take a string for the path of a file on this machine.
    problems = [
        Problem("wrong-type", f"/{name}", f"The {name} must be an object.")
        for name, value in asked.items()
        if not isinstance(value, dict)
    ]
    if problems:
        raise _Refused(faults("request", problems))
    try:
        manifest = load_manifest(asked["manifest"])
    except ManifestError as error:
        problems += _below("/manifest", error.problems)
    try:
        layout = read_layout(asked["layout"])
    except LayoutFormatError as error:
        problems += _below("/layout", error.problems)
    if problems:
        raise _Refused(faults("request", problems))
    return verify_layout(manifest, layout).to_json()


def _below(pointer: str, problems: tuple[Problem, ...]) -> list[Problem]:
    return [replace(each, pointer=pointer + each.pointer) for each in problems]
