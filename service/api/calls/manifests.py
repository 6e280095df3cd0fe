"""Calls that store nothing: check a manifest, read one from a text of another format, verify a layout against one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from warpack.service.api.documentation.examples import CHECKED, MANIFEST_BODY, VERIFIED, VERIFY_BODY
from warpack.service.api.documentation.texts import READ, TEXT_BODY
from warpack.service.api.node.callers import Submitter
from warpack.service.api.node.children import as_response, children_of
from warpack.service.jobs.child_tasks.checks import check, verify
from warpack.service.jobs.child_tasks.texts import read_text
from warpack.service.jobs.children.orders import Task

router = APIRouter(tags=["manifests"])


@router.post(
    "/v1/manifests:check",
    summary="Check a manifest",
    description="Every error of a manifest (422), or its warnings and the lower bounds, in bytes, that no layout can beat. If `fits` is "
    "false, the bounds or the number of threads rule out every layout, and a warning says why. `derived` has the lifetime of each buffer "
    "and part with `accesses_in`, and says why it is live in phases without an access. Stores nothing.",
    responses=CHECKED,
    openapi_extra=MANIFEST_BODY,
)
async def check_manifest(request: Request, _: Submitter) -> Response:
    return await _done_in_a_child(request, check, "A manifest of this size can be posted as a job: POST /v1/layouts.")


@router.post(
    "/v1/manifests:read",
    summary="Read a manifest from a text",
    description="Takes JSON, YAML, TOML, a table of buffers (CSV), or a dump of Triton's compiler. Every fault has its `line` in the text, "
    "and its `column` where one is known. Without `format`, the text itself shows which it is. `name` is given to the manifest of a table. "
    "`kernel` says which one of a dump is meant. The answer has the manifest as it was written, ready to be posted. Stores nothing.",
    responses=READ,
    openapi_extra=TEXT_BODY,
)
async def read_manifest(request: Request, _: Submitter) -> Response:
    return await _done_in_a_child(
        request, read_text, "A text of this size can be read on any machine: warpack check, or warpack import."
    )


@router.post(
    "/v1/layouts:verify",
    summary="Verify a layout",
    description="Derives every rule from the manifest anew, and checks the layout against it byte by byte and phase by phase.",
    responses=VERIFIED,
    openapi_extra=VERIFY_BODY,
)
async def verify_layout(request: Request, _: Submitter) -> Response:
    return await _done_in_a_child(
        request, verify, "A layout of this size can be verified on any machine: warpack verify MANIFEST LAYOUT."
    )


async def _done_in_a_child(request: Request, do: Task, else_do: str) -> Response:
    """`else_do` tells a caller what to do if the document takes too long here."""
    reply = await children_of(request).reply(do, await request.body(), quick=False, else_do=else_do)
    return as_response(reply)
