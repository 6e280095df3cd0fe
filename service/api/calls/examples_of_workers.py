"""Request and answer shapes of the calls of workers, for the API's own documentation."""

from __future__ import annotations

from typing import Any

from warpack.service.api.calls.worker_bodies import Beat, ClaimRequest, Introduction, schema_of

_ID, _TOKEN = "gw-e3b0c44298fc-9c6d1f2a7b3e4d50", "0" * 32


def _json(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "example": example}}


def _body(kind: type, example: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": _json(schema_of(kind), example)}}


INTRODUCTION = _body(
    Introduction,
    {
        "queues": {"gpu-sm86": 1},
        "devices": [{"name": "a GPU", "uuid": "GPU-1", "compute_capability": "8.6", "ordinal": 0}],
        "versions": {"solver": "warpack-0.1.0 ortools-9.15", "validator": "warpack-0.1.0 numba-cuda-none"},
    },
)
CLAIM_BODY = _body(ClaimRequest, {"queues": ["gpu-sm86"], "holds": [], "wait_s": 0})
BEAT_BODY = _body(Beat, {"holds": [], "claiming": True, "taking": True})
END_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": _json({"type": "object"}, {"said": "the driver was reset"})}
}

ADMITTED: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The worker's id, how often it sends a heartbeat, and how long it may be silent",
        "content": _json(
            {
                "type": "object",
                "required": ["id", "beat_s", "lease_s", "wait_s"],
                "properties": {
                    "id": {"type": "string"},
                    "beat_s": {"type": "number"},
                    "lease_s": {"type": "number"},
                    "wait_s": {"type": "number"},
                },
            },
            {"id": _ID, "beat_s": 1.0, "lease_s": 8.0, "wait_s": 20.0},
        ),
    }
}
CLAIM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The task, with all that it needs and the hashes of that",
        "content": _json(
            {
                "type": "object",
                "required": ["task", "token", "manifest", "layout", "bundle", "required", "sha256"],
                "properties": {
                    "task": {"type": "object"},
                    "token": {"type": "string"},
                    **{name: {"type": "string"} for name in ("manifest", "layout", "bundle", "required")},
                    "sha256": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
            {
                "task": {"kind": "device", "id": "01a20521a14ae2dece4fe05fb222", "attempt": 2},
                "token": _TOKEN,
                "manifest": "{…}",
                "layout": "{…}",
                "bundle": "{…}",
                "required": "hardware",
                "sha256": {"manifest": "6f…", "layout": "2c…", "bundle": "77…"},
            },
        ),
    },
    204: {"description": "Nothing came"},
}
BEAT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The claims that it holds and whose results are still wanted",
        "content": _json(
            {
                "type": "object",
                "required": ["wanted"],
                "properties": {"wanted": {"type": "array", "items": {"type": "string"}}},
            },
            {"wanted": [_TOKEN]},
        ),
    }
}
