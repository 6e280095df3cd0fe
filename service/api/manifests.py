"""Calls that store nothing: check a manifest, verify a layout against one."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from warpack.service.api.bodies import in_thread
from warpack.service.api.errors import ApiError
from warpack.service.api.examples import CHECKED, MANIFEST_BODY, VERIFIED, VERIFY_BODY
from warpack.service.manifest_check import examine
from warpack.service.problems import faults
from warpack.solver import LayoutFormatError, ManifestError, load_manifest, read_layout, verify
from warpack.solver.reading.collector import Collector
from warpack.solver.reading.source import MOST_MANIFEST_BYTES, read_source
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem

router = APIRouter(tags=["manifests"])


@router.post(
    "/v1/manifests:check",
    summary="Check a manifest",
    description="Every error of a manifest (422), or its warnings and the bytes that no layout can beat. Where `fits` is false, these "
    "or the number of threads rule every layout out, and a warning says why. `derived` has the lifetime of each buffer and part with "
    "`accesses_in`, and why it is needed where it is not accessed. Stores nothing.",
    responses=CHECKED,
    openapi_extra=MANIFEST_BODY,
)
async def check_manifest(request: Request) -> Response:
    return _json(await in_thread(request, _check))


@router.post(
    "/v1/layouts:verify",
    summary="Verify a layout",
    description="Derives every rule from the manifest anew and holds the layout against it, byte by byte and phase by phase.",
    responses=VERIFIED,
    openapi_extra=VERIFY_BODY,
)
async def verify_layout(request: Request) -> Response:
    return _json(await in_thread(request, _verify))


def read_manifest(body: bytes) -> Manifest:
    try:
        return load_manifest(body)
    except ManifestError as error:
        raise ApiError(faults("manifest", error.problems)) from None


def _check(body: bytes) -> dict[str, Any]:
    return examine(read_manifest(body)).to_json()


def _verify(body: bytes) -> dict[str, Any]:
    collector = Collector()
    asked = read_source(collector, body, MOST_MANIFEST_BYTES)
    if collector.problems:
        raise ApiError(faults("request", collector.problems))
    if not isinstance(asked, dict) or set(asked) != {"manifest", "layout"}:
        fault = Problem("bad-request", "", 'The body must be an object with exactly "manifest" and "layout".')
        raise ApiError(faults("request", [fault]))
    # Only objects go on: the readers would take a text for the path of a file of this machine.
    problems = [
        Problem("wrong-type", f"/{name}", f"The {name} must be an object.")
        for name, value in asked.items()
        if not isinstance(value, dict)
    ]
    if problems:
        raise ApiError(faults("request", problems))
    try:
        manifest = load_manifest(asked["manifest"])
    except ManifestError as error:
        problems += _below("/manifest", error.problems)
    try:
        layout = read_layout(asked["layout"])
    except LayoutFormatError as error:
        problems += _below("/layout", error.problems)
    if problems:
        raise ApiError(faults("request", problems))
    return verify(manifest, layout).to_json()


def _below(pointer: str, problems: tuple[Problem, ...]) -> list[Problem]:
    return [Problem(each.type, pointer + each.pointer, each.message, each.names) for each in problems]


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")
