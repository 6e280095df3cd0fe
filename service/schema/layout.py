"""Where the JSON of a layout differs from its types."""

from __future__ import annotations

from warpack.service.schema.types import Schema, Shape
from warpack.solver.reading.layout_values import MOST
from warpack.solver.wire.layout import (
    LAYOUT_SCHEMA,
    BytesProof,
    CountProof,
    Handoff,
    LaunchFigures,
    Layout,
    LocalBytes,
    Proof,
    RunInfo,
    ThreadsProof,
)
from warpack.solver.wire.problems import Problem

REFERRED = (BytesProof, ThreadsProof)
"""Classes that shapes refer to."""

_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": MOST}
_SIDES = ("before", "after")


def shapes(prefix: str) -> dict[type, Shape]:
    """The shapes by class. `prefix`: where references find the definitions."""

    def unless_pool(type_: type) -> Schema:
        told = "Null in the layout of a pool."
        return {"anyOf": [{"$ref": f"{prefix}{type_.__name__}"}, {"type": "null"}], "description": told}

    return {
        Layout: Shape(
            put={
                "schema": {"const": LAYOUT_SCHEMA},
                "name": {"type": "string", "default": ""},
                "manifest_sha256": {"type": "string"},  # a wrong hash is found by the verifier, not by the reader
                "layout_sha256": {"type": ["string", "null"]},
            },
            required=("schema", "manifest_sha256", "status", "launch", "buffers", "proof"),
        ),
        Problem: Shape(without=frozenset({"place"})),  # where a text says it, and no JSON
        LaunchFigures: Shape(
            put={
                "bank_conflict_degree": {
                    "type": "object",
                    "propertyNames": {"pattern": "^[0-9]+$"},
                    "additionalProperties": _COUNT,
                }
            }
        ),
        Proof: Shape(
            put={
                "threads_per_block": unless_pool(ThreadsProof),
                "run_bytes": unless_pool(BytesProof),
                "block_region_bytes": unless_pool(BytesProof),
            },
            required=(),
            more={
                "anyOf": [
                    {"required": ["threads_per_block", "run_bytes", "block_region_bytes"]},
                    {"required": ["pool_bytes"], "properties": {"pool_bytes": {"type": "object"}}},
                ]
            },
        ),
        ThreadsProof: Shape(required=("status", "upper_bound")),
        CountProof: Shape(required=("status", "upper_bound")),
        BytesProof: Shape(required=("status", "lower_bound_bytes")),
        RunInfo: Shape(required=("seconds", "seed")),
        LocalBytes: Shape(required=("local_bytes", "persistent_local_bytes")),
        Handoff: Shape(
            put={
                "from": {"type": "string"},
                "to": {"type": "string"},
                "bytes": {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
                **{f"barrier_{side}": _COUNT for side in _SIDES},
                **{f"barrier_{side}_name": {"type": "string"} for side in _SIDES},
            },
            without=frozenset({"source", "destination", "start_bytes", "end_bytes", "barrier", "barrier_name", "side"}),
            required=("from", "to", "region", "bytes", "phase", "phase_name"),
            more={"dependentRequired": {f"barrier_{side}": [f"barrier_{side}_name"] for side in _SIDES}},
        ),
    }
