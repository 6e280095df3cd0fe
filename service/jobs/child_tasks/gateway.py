"""What a child of the API does with what a worker delivers from afar: nothing of it is kept but what can be read here.

The worker's word on what passed is taken, as any worker's is. Layouts and code are not: a solved layout is read and
written anew, and what is handed out with a validated one is made here, from the layout that the store has.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from warpack.service.jobs.child_tasks.checks import Reply
from warpack.service.problems import MEDIA_TYPE, ProblemDetails, shortened

_MOST_REPORTS = 8


class _Refused(ValueError):
    """The message says what is wrong with what was delivered."""


def delivered(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Request: a line with the claim's `kind`, `manifest`, `manifest_sha256`, `layout`, `required`,
    `compute_capability`, `reports` and `wants_bundle`, then what the worker found. Answer: a `Reply` with what is to be
    kept of it, in the form of the task's own answer; or with the problem `bad-delivery`."""
    head, _, body = request.partition(b"\n")
    claim: dict[str, Any] = json.loads(head)
    read = {"solve": _solved, "validate": _validated, "device": _on_device}[claim["kind"]]
    try:
        found = json.loads(body, parse_constant=_no_number)
        if not isinstance(found, dict):
            raise _Refused("it is no object")
        kept = json.dumps(read(claim, found), ensure_ascii=False).encode()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        detail = f"What the worker found cannot be kept: {what[:500]}"
        problem = ProblemDetails("bad-delivery", "This is no result", HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        return Reply(problem.status, MEDIA_TYPE, problem.to_text().encode()).to_bytes()
    return Reply(HTTPStatus.OK, "application/json", kept).to_bytes()


def _no_number(name: str) -> float:
    raise _Refused(f"{name} is no number of JSON")


def _solved(claim: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    from warpack.solver import read_layout
    from warpack.solver.wire.problems import Problem

    if "problems" in found:
        problems = [
            Problem(str(each["type"]), str(each["pointer"]), str(each["message"]), tuple(map(str, each["names"])))
            for each in found["problems"]
        ]
        if not problems:
            raise _Refused("it names no problem")
        return {"problems": [shortened(each) for each in problems]}
    layout = read_layout(_text(found, "document").encode())
    if layout.manifest_sha256 != claim["manifest_sha256"]:
        raise _Refused("the layout is of another manifest")
    return {
        "status": layout.status,
        "layout_sha256": layout.sha256,
        "minimum_budget_bytes": layout.minimum_budget_bytes,
        "document": layout.model_dump_json(),
    }


def _validated(claim: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    reports = _reports(found, ("static", "compiled", "simulated", "hardware"))
    passed = all(report["passed"] for report in reports)
    level = "none"
    for report in reports:
        level = report["level"] if report["passed"] else level
    if level == "hardware" or not reports:
        raise _Refused("it has no report, or one of a level that no device has seen")
    needed = "simulated" if claim["required"] in ("best", "hardware") else claim["required"]
    if passed and level != needed:
        raise _Refused(f"level {needed} was asked for, and all that passed is {level}")
    bundle = None if found.get("bundle") is None else _text(found, "bundle")
    if bundle is not None and passed:
        _check_bundle(claim, bundle)
    elif bundle is not None or (passed and claim["required"] == "hardware"):
        raise _Refused("there is a bundle of what did not pass, or none of what did")
    return _verdict(claim, level, reports, passed) | {"bundle": bundle}


def _check_bundle(claim: dict[str, Any], text: str) -> None:
    from warpack.gpu_runtime.hardware.bundle import read_bundle
    from warpack.solver import load_manifest, read_layout

    if not claim["wants_bundle"]:
        raise _Refused("nobody asked for a bundle")
    bundle = read_bundle(text)
    manifest, layout = load_manifest(claim["manifest"].encode()), read_layout(claim["layout"].encode())
    made_for = bundle.manifest_sha256, bundle.layout_sha256, bundle.architecture
    if made_for != (manifest.sha256, layout.sha256, claim["compute_capability"]):
        raise _Refused("the bundle is of another manifest, layout or architecture")


def _on_device(claim: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    reports = _reports(found, ("hardware",))
    if len(reports) != 1:
        raise _Refused("a device makes one report")
    ran = reports[0]["detail"]["ran"]
    passed = reports[0]["passed"]
    if not isinstance(ran, bool) or (passed and not ran):
        raise _Refused("what did not run cannot pass")
    return _verdict(claim, "hardware" if passed else "simulated", reports, passed, on_device=True) | {"ran": ran}


def _verdict(
    claim: dict[str, Any], level: Any, reports: list[dict[str, Any]], passed: bool, *, on_device: bool = False
) -> dict[str, Any]:
    """With the texts that are handed out, made from the layout that the store has."""
    from warpack.gpu_runtime.emitters import emit_files
    from warpack.solver import load_manifest, read_layout
    from warpack.solver.wire.layout import Validation

    document, artefacts = None, {}
    if passed:
        manifest = replace(load_manifest(claim["manifest"].encode()), name="", validation=claim["required"])
        earlier = [json.loads(report) for report in claim["reports"]]
        validation = Validation(claim["required"], level, (*earlier, *reports))
        layout = read_layout(claim["layout"].encode()).with_validation(validation)
        document = layout.model_dump_json()
        artefacts = {} if on_device else emit_files(layout, manifest)
    return {"level": level, "passed": passed, "reports": reports, "document": document, "artefacts": artefacts}


def _reports(found: dict[str, Any], levels: tuple[str, ...]) -> list[dict[str, Any]]:
    reports = found["reports"]
    if not isinstance(reports, list) or len(reports) > _MOST_REPORTS:
        raise _Refused("`reports` is no list of reports")
    seen: list[str] = []
    for report in reports:
        if not isinstance(report, dict) or report["level"] not in levels or report["level"] in seen:
            raise _Refused("a report is of no level that was asked for, or there are two of one")
        seen.append(report["level"])
        if not isinstance(report["passed"], bool) or not isinstance(report["findings"], list):
            raise _Refused("a report does not say whether it passed, or has no list of findings")
        if report["passed"] == bool(report["findings"]):
            raise _Refused("a report that passed has findings, or one that failed has none")
        for finding in report["findings"]:
            if not isinstance(finding, dict) or not isinstance(finding["message"], str):
                raise _Refused("a finding has no message")
    if seen != [level for level in levels if level in seen]:
        raise _Refused("the reports are not in the order of their levels")
    return reports


def _text(found: dict[str, Any], name: str) -> str:
    text = found[name]
    if not isinstance(text, str):
        raise _Refused(f"`{name}` is no text")
    return text
