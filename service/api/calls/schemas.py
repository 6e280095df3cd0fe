"""JSON Schema of manifest and layout, for editors and for programs that check what they send."""

from __future__ import annotations

import json
from functools import cache

from fastapi import APIRouter, Response

from warpack.service.api.answers.rendered import IfNoneMatch, tagged
from warpack.service.api.documentation.examples import SCHEMA
from warpack.service.schema import layout_schema, manifest_schema

router = APIRouter(prefix="/v1/schema", tags=["schemas"])

_MEDIA_TYPE = "application/schema+json"
_FRESH = {"Cache-Control": "public, max-age=3600"}
"""An editor asks once an hour, and is told that nothing changed."""


@router.get("/manifest.json", summary="What a manifest may say", responses=SCHEMA, response_class=Response)
async def manifest(if_none_match: IfNoneMatch = None) -> Response:
    return tagged(_manifest(), _MEDIA_TYPE, if_none_match, _FRESH)


@router.get("/layout.json", summary="What a layout says", responses=SCHEMA, response_class=Response)
async def layout(if_none_match: IfNoneMatch = None) -> Response:
    return tagged(_layout(), _MEDIA_TYPE, if_none_match, _FRESH)


@cache
def _manifest() -> bytes:
    return json.dumps(manifest_schema()).encode()


@cache
def _layout() -> bytes:
    return json.dumps(layout_schema()).encode()
