"""Request and answer shapes of the API's documentation, with one small example that runs."""

from __future__ import annotations

from typing import Any, get_args

from warpack.service.api.answers.files import FILES
from warpack.service.api.answers.ids import ID_PATTERN
from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.problems import MEDIA_TYPE
from warpack.service.store.records import PRIORITIES, JobState

_JOB_EXAMPLE = {
    "id": "01a20521a14ae2dece4fe05fb222",
    "name": "two buffers",
    "state": "validating",
    "manifest_sha256": "6f…",
    "priority": "normal",
    "created_at": "2026-11-22T21:20:19.786+00:00",
    "finished_at": None,
    "validation": {"required": "static", "level": "none"},
    "waiting_for": None,
    "minimum_budget_bytes": None,
    "problem": None,
    "links": {
        "self": "/v1/layouts/01a20521a14ae2dece4fe05fb222",
        "manifest": "/v1/layouts/01a20521a14ae2dece4fe05fb222/manifest",
        **dict.fromkeys(file.name for file in FILES),
    },
    "layout": None,
    "infeasible": None,
    "best_so_far": None,
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
        "error_count": {"type": "integer", "description": "The number of all errors. The list has the first 1,000."},
    },
}

_MANIFEST_SCHEMA = {"$ref": "#/components/schemas/Manifest"}
_LAYOUT_SCHEMA = {"$ref": "#/components/schemas/Layout"}
_JOB_SCHEMA = {
    "type": "object",
    "required": list(_JOB_EXAMPLE),
    "properties": {
        "id": {"type": "string", "pattern": f"^{ID_PATTERN}$"},
        "name": {"type": "string"},
        "state": {"enum": list(get_args(JobState))},
        "manifest_sha256": {"type": "string"},
        "priority": {"enum": list(PRIORITIES)},
        "layout": {"anyOf": [_LAYOUT_SCHEMA, {"type": "null"}]},
        "infeasible": {"anyOf": [_LAYOUT_SCHEMA, {"type": "null"}]},
        "best_so_far": {
            "anyOf": [_LAYOUT_SCHEMA, {"type": "null"}],
            "description": "Of a cancelled job: the best layout that it had. No validator has checked it.",
        },
    },
}
_JOBS_SCHEMA = {
    "type": "object",
    "required": ["layouts", "next_cursor"],
    "properties": {
        "layouts": {"type": "array", "items": {"type": "object"}},
        "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
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
                "properties": {"manifest": _MANIFEST_SCHEMA, "layout": _LAYOUT_SCHEMA},
                "additionalProperties": False,
            },
            {"manifest": MANIFEST, "layout": LAYOUT},
        ),
    }
}

_BATCHED_SCHEMA = {
    "description": "A manifest, as POST /v1/layouts takes it. Its entry of the answer tells which rules it breaks."
}

BATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": _json(
            {
                "type": "object",
                "required": ["manifests"],
                "properties": {
                    "manifests": {"type": "array", "items": _BATCHED_SCHEMA, "minItems": 1, "maxItems": 1000},
                    "priority": {"enum": list(PRIORITIES)},
                },
                "additionalProperties": False,
            },
            {"manifests": [MANIFEST], "priority": "low"},
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

JOB: dict[int | str, dict[str, Any]] = {200: {"description": "The job", "content": _json(_JOB_SCHEMA, _JOB_EXAMPLE)}}

CANCELLED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The cancelled job with its best layout so far, which no validator has checked",
        "content": _json(_JOB_SCHEMA, {**_JOB_EXAMPLE, "state": "cancelled"}),
    }
}

BATCH: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An entry for each manifest, in the same order",
        "content": _json(
            {
                "type": "object",
                "required": ["layouts"],
                "properties": {
                    "layouts": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["status"],
                            "properties": {
                                "status": {
                                    "type": "integer",
                                    "description": "The status of a single call with this manifest.",
                                },
                                "job": {"type": "object"},
                                "problem": _PROBLEM_SCHEMA,
                            },
                        },
                    }
                },
            },
            {
                "layouts": [
                    {"status": 202, "job": {name: value for name, value in _JOB_EXAMPLE.items() if name != "layout"}},
                    {"status": 422, "problem": _PROBLEM_EXAMPLE},
                ]
            },
        ),
    }
}

NORMALISED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The manifest", "content": _json(_MANIFEST_SCHEMA, MANIFEST)}
}

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Still as `If-None-Match` says"}}

SCHEMA: dict[int | str, dict[str, Any]] = UNCHANGED | {
    200: {"description": "JSON Schema", "content": {"application/schema+json": {"schema": {"type": "object"}}}}
}


def content_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    """The response of a file with this media type."""
    schema = {"type": "string"} | ({"format": "binary"} if media_type == "application/zip" else {})
    return {200: {"description": "The file", "content": {media_type: {"schema": schema}}}}


FINISHED_JOB: dict[int | str, dict[str, Any]] = JOB | {
    201: {"description": "Finished while the call waited", "content": _json(_JOB_SCHEMA, _JOB_EXAMPLE)},
    202: {"description": "In progress: follow `Location`", "content": _json(_JOB_SCHEMA, _JOB_EXAMPLE)},
}

JOB_LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of jobs, without their layouts",
        "content": _json(_JOBS_SCHEMA, {"layouts": [_JOB_EXAMPLE], "next_cursor": None}),
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
                "warning_count": 0,
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
