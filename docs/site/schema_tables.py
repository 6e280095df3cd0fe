"""A JSON Schema as tables: each type with its fields, their types, defaults and meanings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_MANY = 6
"""A list of this many values or fewer is written out; a longer one is named by its first and last."""


def tables(schema: Schema, within: str) -> str:
    """All types of a document's schema in Markdown, the document itself first. `within` begins every anchor."""
    types = {schema["title"]: schema, **schema["$defs"]}
    return "\n".join(line for name, one in types.items() for line in _table(name, one, within))


def _table(name: str, schema: Schema, within: str) -> Iterator[str]:
    yield f"({_anchor(within, name)})="
    yield f"## {name}\n"
    yield from _sentences(schema.get("description", ""))
    if "properties" not in schema:
        yield f"{kind(schema, within)}\n"
        return
    needed = schema.get("required", ())
    yield "| field | type | default | meaning |"
    yield "|---|---|---|---|"
    for field, one in schema["properties"].items():
        default = "required" if field in needed else _value(one["default"]) if "default" in one else ""
        yield f"| `{field}` | {_cell(kind(one, within))} | {_cell(default)} | {_cell(_meaning(one))} |"
    yield ""


def _sentences(text: str) -> Iterator[str]:
    if text:
        yield f"{text}\n"


def _meaning(schema: Schema) -> str:
    examples = ", ".join(_value(one) for one in schema.get("examples", ()))
    old = "Deprecated. " if schema.get("deprecated") else ""
    return f"{old}{schema.get('description', '')}" + (f" For example {examples}" if examples else "")


def kind(schema: Schema, within: str) -> str:
    """The type in words, with a link where it has a table of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(within, name)})"
    if "const" in schema:
        return _value(schema["const"])
    if "enum" in schema:
        return _enumerated(schema["enum"])
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(dict.fromkeys(kind(one, within) for one in schema.get("anyOf") or schema["oneOf"]))
    named = schema.get("type", "any value")
    if isinstance(named, list):
        return " or ".join(named)
    if named == "array":
        return f"list of {kind(schema['items'], within)}" if "items" in schema else "list"
    if named == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind(schema['additionalProperties'], within)}"
    if named == "object" and "properties" in schema:
        return "object with " + ", ".join(f"`{field}`" for field in schema["properties"])
    return str(named) + _bounds(schema)


def _enumerated(values: list[Any]) -> str:
    if len(values) <= _MANY or all(isinstance(value, str) for value in values):
        return ", ".join(_value(value) for value in values)
    return f"{_value(values[0])}, {_value(values[1])}, … {_value(values[-1])}"


def _bounds(schema: Schema) -> str:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum")
    if least is None and most is None:
        return ""
    above = "above " if "exclusiveMinimum" in schema else "from "
    return f" {above}{least}" + (f" to {most}" if most is not None else "")


def _value(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(within: str, name: str) -> str:
    return f"{within}-{name.lower().replace(' ', '-')}"
