"""Checks the results that a gateway worker delivers, in a child of the API. Only what can be read here is kept.

The worker is trusted on which checks passed, as any worker is. It is not trusted on layouts and code. A solved layout
is read and written anew. The allocators of a validated layout are made here, from the layout that the store has.
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
    """The result cannot be kept. The message says why."""


def delivered(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Request: a line with the claim's `kind`, `manifest`, `manifest_sha256`, `layout`, `required`,
    `compute_capability`, `reports` and `wants_bundle`, then the worker's result. Answer: a `Reply` with the part of the
    result that is to be kept, in the form of the task's own answer; or with the problem `bad-delivery`."""
    head, _, body = request.partition(b"\n")
    claim: dict[str, Any] = json.loads(head)
    read = {"solve": _solved, "validate": _validated, "device": _on_device}[claim["kind"]]
    try:
        found = json.loads(body, parse_constant=_no_number)
        if not isinstance(found, dict):
            raise _Refused("it is not an object")
        kept = json.dumps(read(claim, found), ensure_ascii=False).encode()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        detail = f"The worker's result cannot be kept: {what[:500]}"
        problem = ProblemDetails("bad-delivery", "The result is not valid", HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        return Reply(problem.status, MEDIA_TYPE, problem.to_text().encode()).to_bytes()
    return Reply(HTTPStatus.OK, "application/json", kept).to_bytes()


def _no_number(name: str) -> float:
    raise _Refused(f"{name} is not a number of JSON")


def _solved(claim: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    from warpack.solver import read_layout
    from warpack.solver.wire.problems import Problem

    if "problems" in found:
        problems = [
            Problem(str(each["type"]), str(each["pointer"]), str(each["message"]), tuple(map(str, each["names"])))
            for each in found["problems"]
        ]
        if not problems:
            raise _Refused("its list of problems is empty")
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
        raise _Refused("it has no report, or one of level hardware although no device ran it")
    needed = "simulated" if claim["required"] in ("best", "hardware") else claim["required"]
    if passed and level != needed:
        raise _Refused(f"level {needed} was asked for, and only {level} passed")
    bundle = None if found.get("bundle") is None else _text(found, "bundle")
    if bundle is not None and passed:
        _check_bundle(claim, bundle)
    elif bundle is not None or (passed and claim["required"] == "hardware"):
        raise _Refused("it has a bundle although it did not pass, or has none although level hardware needs one")
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
        raise _Refused("a device must make exactly one report")
    ran = reports[0]["detail"]["ran"]
    passed = reports[0]["passed"]
    if not isinstance(ran, bool) or (passed and not ran):
        raise _Refused("it passed although the device did not run it")
    return _verdict(claim, "hardware" if passed else "simulated", reports, passed, on_device=True) | {"ran": ran}


def _verdict(
    claim: dict[str, Any], level: Any, reports: list[dict[str, Any]], passed: bool, *, on_device: bool = False
) -> dict[str, Any]:
    """The verdict, with the allocators that are handed out. They are made from the layout that the store has."""
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
        raise _Refused("`reports` is not a list of reports")
    seen: list[str] = []
    for report in reports:
        if not isinstance(report, dict) or report["level"] not in levels or report["level"] in seen:
            raise _Refused("a report is of a level that was not asked for, or two reports are of one level")
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
        raise _Refused(f"`{name}` is not a string")
    return text
