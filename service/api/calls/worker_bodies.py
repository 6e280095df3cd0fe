"""Reads and checks the bodies that workers send. They are small, so this process reads them itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, TypeAdapter, ValidationError

from warpack.service.api.answers.errors import ApiError
from warpack.service.jobs.capabilities import QUEUES
from warpack.service.problems import faults
from warpack.solver.wire.problems import Problem

Value = TypeVar("Value")

MOST_BYTES = 64 * 1024
_MOST_TOKENS = 1024
_Token = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
_Queue = Annotated[str, Field(json_schema_extra={"enum": list(QUEUES)}, max_length=32)]
_Tokens = Annotated[frozenset[_Token], Field(max_length=_MOST_TOKENS)]
_Count = Annotated[int, Field(ge=0, le=2**53)]
_Word = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU, as reports describe it."""

    name: _Word
    compute_capability: Annotated[str, Field(pattern="^[0-9]{1,2}[.][0-9]$")]
    uuid: _Word = ""
    driver_version: _Word = ""
    cuda_version: _Word = ""
    ordinal: Annotated[int, Field(ge=0, le=1023)] = 0
    sanitizer: bool = False


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A better packing that a solver has found, as events describe it."""

    run_bytes: _Count | None = None
    lower_bound_bytes: _Count | None = None
    threads_per_block: _Count | None = None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a worker says of itself: its queues, each with the number of tasks at a time; its devices; its versions."""

    queues: Annotated[dict[_Queue, Annotated[int, Field(ge=1, le=1024)]], Field(min_length=1, max_length=len(QUEUES))]
    devices: Annotated[tuple[Device, ...], Field(max_length=16)] = ()
    versions: dict[_Word, Annotated[str, Field(max_length=64)]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """The queues that the worker has room for, the tokens of the claims that it holds, and how long it will wait."""

    queues: Annotated[tuple[_Queue, ...], Field(max_length=len(QUEUES))]
    holds: _Tokens = frozenset()
    wait_s: Annotated[float, Field(ge=0, le=60)] = 0.0


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat: the tokens of the claims that the worker holds, whether a claim call of it is under way, and whether
    it takes more tasks."""

    holds: _Tokens = frozenset()
    claiming: bool = False
    taking: bool = True


def read_body(kind: type[Value], body: bytes) -> Value:
    """The checked body. Nothing is converted: 0 is not false, and "1" is no number. Raises ApiError with every
    fault."""
    if len(body) > MOST_BYTES:
        raise ApiError(faults("request", [Problem("document-too-large", "", f"At most {MOST_BYTES} bytes are read.")]))
    try:
        read: Value = TypeAdapter(kind).validate_json(body, strict=True)
    except ValidationError as error:
        found = [
            Problem(
                "not-json" if fault["type"] == "json_invalid" else "bad-request",
                "".join(f"/{part}" for part in fault["loc"]),
                fault["msg"],
            )
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise ApiError(faults("request", found)) from None
    unknown = [queue for queue in getattr(read, "queues", ()) if queue not in QUEUES]
    if unknown:
        problem = Problem("bad-request", "/queues", f"There is no queue {unknown[0]!r}: {', '.join(QUEUES)}.")
        raise ApiError(faults("request", [problem]))
    return read


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a body, with nothing defined elsewhere: the API's description has no place for definitions of
    these bodies."""
    schema: dict[str, Any] = TypeAdapter(kind).json_schema()
    return cast(dict[str, Any], _with_definitions(schema, schema.pop("$defs", {})))


def _with_definitions(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [_with_definitions(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _with_definitions(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _with_definitions(each, definitions) for name, each in schema.items()}
