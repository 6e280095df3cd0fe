"""Where the JSON of a manifest differs from the types that it is read into: phases by name, sizes that grow, defaults
that depend on other fields."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from warpack.service.schema.types import Schema, Shape
from warpack.service.schema.words import EXAMPLES, WORDS
from warpack.solver.devices import DEVICES
from warpack.solver.flatten.timeline import LONGEST
from warpack.solver.reading.element_types import LARGEST_ITEM
from warpack.solver.reading.load import LONGEST_LABEL, MOST_BUFFERS
from warpack.solver.reading.pool import LARGEST_ALIGNMENT_IN_POOL, LARGEST_IN_POOL
from warpack.solver.reading.settings import LONGEST_TIME_S, MOST_REGISTERS, MOST_THREADS
from warpack.solver.wire.dtypes import DTYPES, SYNONYMS
from warpack.solver.wire.manifest import (
    MANIFEST_SCHEMA,
    Accesses,
    Barrier,
    Branch,
    Buffer,
    Component,
    Growth,
    HandLayout,
    InPlace,
    Launch,
    Level,
    Loop,
    Manifest,
    Part,
    SolverOptions,
    Target,
    Timeline,
    Track,
)
from warpack.solver.wire.names import LONGEST_NAME, LONGEST_PHASE_NAME


def _integer(low: int, high: int = LARGEST_IN_POOL, **more: object) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, **more}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "default": None}


def _pair(each: Schema) -> Schema:
    return {"type": "array", "items": each, "minItems": 2, "maxItems": 2}


def _list(each: Schema, **more: object) -> Schema:
    return {
        "type": "array",
        **more,
        "items": each,
    }  # the limit comes first, so that the items of a list that is too long are not checked


_PHASE: Schema = {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 0}], "description": "Name or index."}
_SPAN: Schema = {
    "anyOf": [_pair({"type": "string"}), _pair({"type": "integer", "minimum": 0})],
    "description": "[first, last] in names, both included; [start, end) in indices.",
}
_PHASES = _list(_PHASE)
_THREADS = _integer(1, MOST_THREADS)
_ALIGNMENT: Schema = {"enum": [2**power for power in range(LARGEST_ALIGNMENT_IN_POOL.bit_length())]}
_DTYPE: Schema = {
    "anyOf": [
        {"enum": [*DTYPES, *SYNONYMS]},
        {
            "type": "object",
            "properties": {"itemsize_bytes": _integer(1, LARGEST_ITEM), "alignment_bytes": _ALIGNMENT},
            "required": ["itemsize_bytes", "alignment_bytes"],
            "additionalProperties": False,
        },
    ]
}
_LIFETIME: Schema = {"anyOf": [_list(_SPAN), {"const": "active"}]}
_OFFSETS: Schema = {"type": "object", "additionalProperties": _integer(0)}
_PHASE_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_PHASE_NAME}
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}


def _ref(prefix: str, type_: type) -> Schema:
    return {"$ref": f"{prefix}{type_.__name__}"}


def shapes(prefix: str) -> dict[type, Shape]:
    """The shapes by class. `prefix` is where references find the definitions."""
    return {
        type_: replace(shape, words=WORDS[type_], examples=EXAMPLES.get(type_, {}))
        for type_, shape in _forms(prefix).items()
    }


def _forms(prefix: str) -> dict[type, Shape]:
    return {
        Manifest: Shape(
            put={
                "$schema": {"type": "string"},
                "schema": {"const": MANIFEST_SCHEMA},
                "name": {"type": "string", "maxLength": LONGEST_LABEL, "default": ""},
                "buffers": _list(_ref(prefix, Buffer), maxItems=MOST_BUFFERS),
                "apart": _list(_pair({"type": "string"})),
                "baseline": _or_null(_ref(prefix, HandLayout)),
                "validation": {"enum": ["best", *get_args(Level)], "default": "best"},
            },
            without=frozenset({"warnings"}),
            required=("schema", "buffers"),
            more={
                "if": {"properties": {"objective": {"const": "pool_bytes"}}, "required": ["objective"]},
                "else": {"required": ["target"]},
            },
        ),
        Target: Shape(
            put={
                "compute_capability": {"enum": list(DEVICES)},
                "registers_per_thread": _or_null(_integer(1, MOST_REGISTERS)),
                "carveout": {"anyOf": [_integer(0, 100), {"const": "max"}], "default": "max"},
            }
        ),
        Launch: Shape(
            put={
                "threads_per_run": _THREADS | {"default": 1},
                "threads_per_block": _or_null(_THREADS),
                "max_threads_per_block": _THREADS | {"default": MOST_THREADS},
                "threads_multiple": _THREADS | {"default": 32},
            }
        ),
        Timeline: Shape(
            put={
                "phases": _list(_PHASE_NAME, minItems=1, maxItems=LONGEST, uniqueItems=True),
                "length": _integer(1, LONGEST),
                "loops": _list({"anyOf": [_SPAN, _ref(prefix, Loop)]}),
                "barriers": {"anyOf": [_list(_ref(prefix, Barrier)), {"const": "every"}]},
                "tracks": _list(_list(_ref(prefix, Track), minItems=1)),
            },
            without=frozenset({"names"}),
            more={"oneOf": [{"maxProperties": 0}, {"required": ["phases"]}, {"required": ["length"]}]},
        ),
        Loop: Shape(put={"span": _SPAN, "breaks": _PHASES}, without=frozenset({"start", "end"}), required=("span",)),
        Barrier: Shape(
            put={"before": _PHASE, "after": _PHASE},
            without=frozenset({"phase"}),
            required=(),
            more={"oneOf": [{"required": ["before"]}, {"required": ["after"]}]},
        ),
        Branch: Shape(put={"arms": _list(_SPAN, minItems=1)}),
        Track: Shape(
            put={"name": _PHASE_NAME, "span": _SPAN, "threads": {"anyOf": [_THREADS, {"const": "rest"}]}},
            without=frozenset({"start", "end"}),
            required=("name", "span", "threads"),
        ),
        Component: Shape(
            put={
                "active": _list(_SPAN),
                "timeline": _ref(prefix, Timeline),
                "called_in": _PHASES | {"minItems": 1},
            },
            more={"dependentRequired": {"timeline": ["called_in"], "called_in": ["timeline"]}},
        ),
        Buffer: Shape(
            put={
                "name": _NAME,
                "size": {"anyOf": [_integer(0), _ref(prefix, Growth)]},
                "dtype": _DTYPE,
                "precision": _DTYPE | {"deprecated": True},
                "lifetime": _LIFETIME,
                "accesses_in": _ref(prefix, Accesses),
                "alignment_bytes": _or_null(_ALIGNMENT),
                "pinned_offset_bytes": _or_null(_integer(0)),
                "aliases": {"anyOf": [{"type": "string"}, _list({"type": "string"})]},
                "zero": {"enum": [False, True, "entry", "interval"], "default": False},
                "accesses": _integer(0),
                "async": {"type": "boolean", "default": False},
                "stages": _integer(1, default=1),
            },
            without=frozenset({"asynchronous", "growth"}),
            required=("name", "size"),
            more={"oneOf": [{"required": ["dtype"]}, {"required": ["precision"]}]},
        ),
        Growth: Shape(
            put={"per_thread": _integer(1), "per_warp": _integer(1)},
            without=frozenset({"per", "each"}),
            required=(),
            more={"oneOf": [{"required": ["per_thread"]}, {"required": ["per_warp"]}]},
        ),
        Part: Shape(
            put={"name": _NAME, "lifetime": _LIFETIME, "accesses_in": _ref(prefix, Accesses)},
            required=("offset", "size"),
        ),
        Accesses: Shape(put=dict.fromkeys(Accesses._fields, _PHASES), required=()),
        InPlace: Shape(put={"phase": _PHASE}, required=("phase", "read", "write")),
        SolverOptions: Shape(
            put={
                "time_limit_s": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": LONGEST_TIME_S,
                    "default": SolverOptions().time_limit_s,
                },
                "warm_start": _or_null(_OFFSETS),
            }
        ),
        HandLayout: Shape(
            put={
                "offsets_bytes": _OFFSETS,
                "run_bytes": _or_null(_integer(0)),
                "block_region_bytes": _or_null(_integer(0)),
                "threads_per_block": _or_null(_THREADS),
                "pool_bytes": _or_null(_integer(0)),
            },
            required=("offsets_bytes",),
        ),
    }


REFERRED = (Accesses, Barrier, Buffer, Growth, HandLayout, Loop, Timeline, Track)
"""The classes that shapes refer to."""
