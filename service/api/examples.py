"""What the API's own documentation shows: request and answer shapes with one small example that runs."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.emitters import FILES
from warpack.service.api.example_layout import LAYOUT, MANIFEST
from warpack.service.problems import MEDIA_TYPE

_JOB_EXAMPLE = {
    "id": "01a20521a14ae2dece4fe05fb222",
    "name": "two buffers",
    "state": "validating",
    "manifest_sha256": "6f…",
    "created_at": "2026-11-22T21:20:19.786+00:00",
    "finished_at": None,
    "validation": {"required": "static", "level": "none"},
    "waiting_for": None,
    "minimum_budget_bytes": None,
    "problem": None,
    "links": {
        "self": "/v1/layouts/01a20521a14ae2dece4fe05fb222",
        "manifest": "/v1/layouts/01a20521a14ae2dece4fe05fb222/manifest",
        **dict.fromkeys(FILES),
    },
    "layout": None,
}

_PROBLEM_EXAMPLE = {
    "type": "urn:warpack:problem:bad-manifest",
    "title": "The manifest breaks the rules of its format",
    "status": 422,
    "detail": "1 thing is wrong with the manifest. …",
    "errors": [{"type": "unknown-dtype", "pointer": "/buffers/0/dtype", "message": "…", "names": ["input"]}],
}

_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "A URN that never changes its meaning."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "pointer", "message", "names"],
                "properties": {
                    "type": {"type": "string"},
                    "pointer": {"type": "string", "description": "RFC 6901, into the document as posted."},
                    "message": {"type": "string"},
                    "names": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}

_MANIFEST_SCHEMA = {
    "type": "object",
    "required": ["schema", "target", "buffers"],
    "properties": {
        "schema": {"const": "warpack/manifest/1"},
        "name": {"type": "string"},
        "target": {"type": "object", "required": ["compute_capability"]},
        "launch": {"type": "object"},
        "timeline": {"type": "object"},
        "components": {"type": "array", "items": {"type": "object"}},
        "buffers": {"type": "array", "items": {"type": "object", "required": ["name", "size", "dtype"]}},
        "in_place": {"type": "array", "items": {"type": "object"}},
        "apart": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        "objective": {"enum": ["threads_per_block", "resident_threads", "shared_bytes"]},
        "solver": {"type": "object"},
        "validation": {"enum": ["best", "static", "compiled", "simulated", "hardware"]},
    },
    "additionalProperties": False,
}


def _json(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "example": example}}


MANIFEST_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": _json(_MANIFEST_SCHEMA, MANIFEST)}}

VERIFY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": _json(
            {
                "type": "object",
                "required": ["manifest", "layout"],
                "properties": {"manifest": _MANIFEST_SCHEMA, "layout": {"type": "object"}},
                "additionalProperties": False,
            },
            {"manifest": MANIFEST, "layout": LAYOUT},
        ),
    }
}

PROBLEM_ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "A problem of the request (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA, "example": _PROBLEM_EXAMPLE}},
    },
    "5XX": {"description": "A fault of the service", "content": {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}},
}

JOB: dict[int | str, dict[str, Any]] = {
    200: {"description": "The job", "content": _json({"type": "object"}, _JOB_EXAMPLE)}
}

FINISHED_JOB: dict[int | str, dict[str, Any]] = JOB | {
    201: {"description": "Finished while the call waited", "content": _json({"type": "object"}, _JOB_EXAMPLE)},
    202: {"description": "Under way: follow `Location`", "content": _json({"type": "object"}, _JOB_EXAMPLE)},
}

JOB_LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of jobs, without their layouts",
        "content": _json({"type": "object"}, {"layouts": [_JOB_EXAMPLE], "next_cursor": None}),
    }
}

CHECKED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The manifest keeps every rule",
        "content": _json(
            {"type": "object"},
            {
                "valid": True,
                "fits": True,
                "manifest_sha256": "6f…",
                "warnings": [],
                "lower_bound": {
                    "run": {
                        "size_bytes": 32,
                        "phase": 0,
                        "pieces": ["input"],
                        "kind": "max-live",
                        "phase_name": "load",
                    }
                },
                "derived": [
                    {
                        "name": "tile",
                        "phases": [[0, 3]],
                        "phase_names": [["load", "store"]],
                        "because": [
                            {
                                "phases": [1, 2],
                                "phase_names": ["work", "work"],
                                "reason": "between",
                                "text": "between the write in load and the read in store",
                            }
                        ],
                    }
                ],
            },
        ),
    }
}

VERIFIED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The static report; `passed` says whether every rule holds",
        "content": _json(
            {"type": "object"},
            {
                "level": "static",
                "passed": True,
                "findings": [],
                "checked": {},
                "certificates": {"run_bytes": "checked", "block_region_bytes": "by search"},
            },
        ),
    }
}
