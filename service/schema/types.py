"""JSON Schema from frozen dataclasses. A field's type and default become its schema; a class becomes a definition.

If the JSON differs from the fields, a `Shape` says how. So a new field of a type is in the schema without any change
here.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """How the JSON object of a class differs from its fields. `put`: members in another form, or that the class does
    not have. `without`: fields that the object does not have. `required`: the required members, if the defaults do not
    tell them. `more`: further keywords. `words` and `examples`: of fields, for the person who writes one."""

    put: Mapping[str, Schema] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    required: tuple[str, ...] | None = None
    more: Schema = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, list[Any]] = field(default_factory=dict)


class Definitions:
    """Collects a definition for each class that is asked for. `prefix` is where references find the definitions."""

    def __init__(self, shapes: Mapping[type, Shape], most_integer: int, prefix: str) -> None:
        self.found: dict[str, Schema] = {}
        self._shapes = shapes
        self._integer = {"type": "integer", "minimum": 0, "maximum": most_integer}
        self._prefix = prefix

    def of(self, hint: Any) -> Schema:
        """The schema of a type. Integers are counts, and so not negative."""
        plain: dict[Any, Schema] = {
            Any: {},
            NoneType: {"type": "null"},
            bool: {"type": "boolean"},
            int: self._integer,
            float: {"type": "number", "minimum": 0},
            str: {"type": "string"},
        }
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is None:
            return dict(plain[hint]) if hint in plain else self._reference(hint)
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in (Union, UnionType):
            return _any_of([self.of(argument) for argument in arguments])
        if origin is tuple and arguments[-1] is Ellipsis:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is tuple:
            items = [self.of(argument) for argument in arguments]
            return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        raise TypeError(f"no schema is known for {hint}")

    def _reference(self, type_: type) -> Schema:
        name = type_.__name__
        if name not in self.found:
            self.found[name] = {}  # so that a recursive type ends
            self.found[name] = self._object(type_)
        return {"$ref": f"{self._prefix}{name}"}

    def _object(self, type_: type) -> Schema:
        shape = self._shapes.get(type_, Shape())
        hints = get_type_hints(type_)
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for name, default in _fields(type_):
            if name in shape.without:
                continue
            if default is MISSING:
                required.append(name)
            if name in shape.put:
                continue
            properties[name] = self.of(hints[name])
            if isinstance(default, str | int | float | NoneType):
                properties[name]["default"] = default
        properties = {name: _told(each, name, shape) for name, each in {**shape.put, **properties}.items()}
        return {
            "type": "object",
            "description": " ".join((inspect.getdoc(type_) or "").split()),
            "properties": properties,
            "required": required if shape.required is None else list(shape.required),
            "additionalProperties": False,
            **shape.more,
        }


def _told(schema: Schema, name: str, shape: Shape) -> Schema:
    """The schema of a field with its words and examples."""
    words = {"description": shape.words[name]} if name in shape.words else {}
    examples = {"examples": shape.examples[name]} if name in shape.examples else {}
    return {**schema, **words, **examples}


def _any_of(schemas: list[Schema]) -> Schema:
    """The schemas as alternatives. Several enumerations become one."""
    values = [value for schema in schemas if list(schema) == ["enum"] for value in schema["enum"]]
    others = [schema for schema in schemas if list(schema) != ["enum"]]
    if not others:
        return {"enum": values}
    return {"anyOf": [*others, {"enum": values}] if values else others}


def _fields(type_: type) -> list[tuple[str, Any]]:
    """The names of the fields, each with its default."""
    if is_dataclass(type_):
        return [(one.name, _default(one)) for one in fields(type_)]
    defaults: Mapping[str, Any] = getattr(type_, "_field_defaults")  # noqa: B009  # of a NamedTuple
    return [(name, defaults.get(name, MISSING)) for name in getattr(type_, "_fields")]  # noqa: B009


def _default(one: Field[Any]) -> Any:
    return ... if one.default_factory is not MISSING else one.default
