"""Dataclasses to JSON objects, field by field as the class lists them: a new field is written, and hashed, without a
change here."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from operator import attrgetter
from typing import Any

_NAMES: dict[type[Any], tuple[str, ...]] = {}
_GETTERS: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {}


def field_names(type_: type[Any]) -> tuple[str, ...]:
    """The fields of a dataclass that count when two are compared."""
    known = _NAMES.get(type_)
    if known is None:
        known = _NAMES[type_] = tuple(field.name for field in fields(type_) if field.compare)
    return known


def values_of(one: Any) -> dict[str, Any]:
    """The fields and their values; lists in place of tuples. The caller converts values that are not plain."""
    type_ = type(one)
    getter = _GETTERS.get(type_)
    if getter is None:
        getter = _GETTERS[type_] = _all_of(field_names(type_))
    values = getter(one)
    return {
        name: list(value) if type(value) is tuple else value
        for name, value in zip(field_names(type_), values, strict=True)
    }


def _all_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    getter = attrgetter(*names)
    return getter if len(names) > 1 else lambda one: (getter(one),)


def all_but(type_: type[Any], left_out: tuple[str, ...]) -> Callable[[Any], Hashable]:
    """The values of all fields of a dataclass except these, as one value to compare."""
    return attrgetter(*(name for name in field_names(type_) if name not in left_out))
