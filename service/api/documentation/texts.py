"""Request and answer of the call that reads a manifest from a text."""

from __future__ import annotations

from typing import Any

from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.problems import MEDIA_TYPE

_TEXT = """schema: warpack/manifest/1
target: {compute_capability: "8.6"}
timeline: {phases: [load, work, store]}
buffers:
  - {name: tile, size: 64, dtype: float32, lifetime: [[load, work]]}
"""

_TEXT_SCHEMA = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "format": {"enum": ["auto", "json", "yaml", "toml", "csv", "triton"], "default": "auto"},
        "name": {"type": "string", "default": "", "description": "The name of a table's manifest."},
        "kernel": {
            "type": ["string", "null"],
            "default": None,
            "description": "The kernel that is meant in a dump of several.",
        },
        "check": {
            "type": "boolean",
            "default": False,
            "description": "Also tells in `checked` what a check knows, with all its warnings.",
        },
    },
    "additionalProperties": False,
}
_FAULT = {
    "type": "unknown-dtype",
    "pointer": "/buffers/0/dtype",
    "message": "…",
    "names": ["tile"],
    "line": 5,
    "column": 27,
}


def _answer(media_type: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {media_type: {"schema": schema, "example": example}}


TEXT_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": _answer("application/json", _TEXT_SCHEMA, {"text": _TEXT})}
}

READ: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The manifest. `notes` says what an import decided, left out, or could not know",
        "content": _answer(
            "application/json",
            {
                "type": "object",
                "required": ["format", "manifest", "notes", "warnings", "warning_count", "checked"],
                "properties": {"manifest": {"$ref": "#/components/schemas/Manifest"}},
            },
            {"format": "json", "notes": [], "warnings": [], "warning_count": 0, "checked": None, "manifest": MANIFEST},
        ),
    },
    422: {
        "description": "Every fault of the text. If a dump has several kernels, `kernels` lists them",
        "content": _answer(
            MEDIA_TYPE,
            {"type": "object"},
            {
                "type": "urn:warpack:problem:bad-manifest",
                "title": "The manifest breaks the rules of its format",
                "status": 422,
                "detail": "1 thing is wrong with the manifest. …",
                "errors": [_FAULT],
                "error_count": 1,
            },
        ),
    },
}
