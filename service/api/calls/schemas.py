"""JSON Schema of manifest and layout, for editors and for programs that check what they send."""

from __future__ import annotations

import json

from fastapi import APIRouter, Response

from warpack.service.api.documentation.examples import SCHEMA
from warpack.service.schema import layout_schema, manifest_schema

router = APIRouter(prefix="/v1/schema", tags=["schemas"])

_MEDIA_TYPE = "application/schema+json"


@router.get("/manifest.json", summary="What a manifest may say", responses=SCHEMA, response_class=Response)
async def manifest() -> Response:
    return Response(json.dumps(manifest_schema()), media_type=_MEDIA_TYPE)


@router.get("/layout.json", summary="What a layout says", responses=SCHEMA, response_class=Response)
async def layout() -> Response:
    return Response(json.dumps(layout_schema()), media_type=_MEDIA_TYPE)
